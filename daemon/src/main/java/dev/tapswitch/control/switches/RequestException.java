package dev.tapswitch.control.switches;

/** What was asked for was not done, and nothing was changed; the message says on one line what is wrong and what to do. */
public final class RequestException extends Exception {
    private static final long serialVersionUID = 1;

    /** Whose fault it is. */
    public enum Reason {
        /** The request says something that can't be. */
        INVALID,
        /** It names something that is not there. */
        NOT_FOUND,
        /** It is at odds with what is there. */
        CONFLICT,
        /** The system would not. */
        FAILED,
        /** Others come first, and take long. */
        BUSY
    }

    private final Reason reason;

    public RequestException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public RequestException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
