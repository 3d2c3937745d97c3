/**
 * JSON (RFC 8259): what Gson reads and writes, strictly, and a view of its tree that needs few checks. Never enters: records and reflection (who
 * keeps a record writes down how), streams, anything of ours.
 */
package dev.tapswitch.control.json;
