/**
 * Address types: MAC addresses, IP addresses and IP prefixes, each with one parser and one formatter; no other package defines any. Frames and tables
 * must never enter.
 */
package dev.tapswitch.core.net;
