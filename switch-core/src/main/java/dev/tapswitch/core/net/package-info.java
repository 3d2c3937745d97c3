/** The only address types: MAC addresses, IP addresses, IP prefixes, each with one parser and one printer. No frames, no tables. */
package dev.tapswitch.core.net;
