/**
 * JSON (RFC 8259): a tree, its parser and its writer, as little of it as the daemon needs. Never enters: records and reflection (who keeps a
 * record writes down how), streams, anything of ours.
 */
package dev.tapswitch.daemon.json;
