package dev.tapswitch.tap.device;

/** A TAP, namespace or link operation failed; the message says what, where, why and what to do, on one line. */
public final class TapException extends Exception {
    private static final long serialVersionUID = 1;

    public TapException(String message) {
        super(message);
    }

    public TapException(String message, Throwable cause) {
        super(message, cause);
    }
}
