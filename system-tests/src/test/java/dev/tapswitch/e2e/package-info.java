/** End to end: the daemon as users run it, between real network namespaces. Every test makes its own and leaves nothing behind. */
package dev.tapswitch.e2e;
