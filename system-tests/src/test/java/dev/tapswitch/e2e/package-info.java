/** End-to-end tests: the daemon as users run it, between real network namespaces. Each test creates its own namespaces and removes them, also on failure. */
package dev.tapswitch.e2e;
