package dev.tapswitch.cli.client;

/** A request failed: the daemon refused it, did not respond, or does not run. The message is the one line that the user reads. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean unreachable;

    private ApiException(String line, boolean unreachable) {
        // Without a stack trace: it is never shown, and it takes time to collect.
        super(line, null, false, false);
        this.unreachable = unreachable;
    }

    static ApiException failed(String line) {
        return new ApiException(line, false);
    }

    static ApiException unreachable(String line) {
        return new ApiException(line, true);
    }

    /** Whether no process is listening on the socket. */
    public boolean isUnreachable() {
        return unreachable;
    }
}
