/** Log format for terminals and journald, and rate limits of log lines. Independent of switches. */
package dev.tapswitch.control.log;
