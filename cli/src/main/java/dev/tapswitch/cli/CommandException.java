package dev.tapswitch.cli;

/** A command could not do what was asked; the message is the one line that the user reads: what, where, what to do. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandException(String line) {
        // No stack trace: it is never shown, and filling it in costs time.
        super(line, null, false, false);
    }
}
