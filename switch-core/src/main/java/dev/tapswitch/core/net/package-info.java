/** MAC and IP addresses as text and numbers. No frames, no tables. */
package dev.tapswitch.core.net;
