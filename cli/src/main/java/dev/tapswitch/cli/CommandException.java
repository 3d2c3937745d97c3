package dev.tapswitch.cli;

/** A command failed. The message is the one line that the user reads: what failed, where, and what to do. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandException(String line) {
        // Without a stack trace: it is never shown, and it takes time to collect.
        super(line, null, false, false);
    }
}
