package dev.tapswitch.cli.client;

/** The daemon refused, did not answer, or is not there; the message is the one line that a user reads. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean unreachable;

    private ApiException(String line, boolean unreachable) {
        // No stack trace: it is never shown, and filling it in costs time.
        super(line, null, false, false);
        this.unreachable = unreachable;
    }

    static ApiException failed(String line) {
        return new ApiException(line, false);
    }

    static ApiException unreachable(String line) {
        return new ApiException(line, true);
    }

    /** Nothing listens at the socket. */
    public boolean isUnreachable() {
        return unreachable;
    }
}
