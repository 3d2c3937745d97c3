package dev.tapswitch.e2e;

/** The result of a command that ran in a separate process. */
record Ran(int exitCode, String out, String err) {}
