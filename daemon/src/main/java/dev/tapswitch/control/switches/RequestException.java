package dev.tapswitch.control.switches;

/** A request was refused or failed, and nothing was changed. The message says on one line what is wrong and what to do. */
public final class RequestException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kinds of failures, which callers tell apart. */
    public enum Reason {
        /** The request contains an invalid value. */
        INVALID,
        /** The request names something that does not exist. */
        NOT_FOUND,
        /** The request conflicts with what exists. */
        CONFLICT,
        /** The system failed: the kernel, the disk, a host command. */
        FAILED,
        /** The daemon cannot make the change now: the control thread has been busy for too long, or a new process takes over. */
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
