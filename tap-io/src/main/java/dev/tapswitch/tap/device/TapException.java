package dev.tapswitch.tap.device;

/** A TAP, namespace or link operation failed; the message says what, where, why and what to do, on one line. */
public final class TapException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean isNameTaken;

    public TapException(String message) {
        super(message);
        isNameTaken = false;
    }

    public TapException(String message, Throwable cause) {
        super(message, cause);
        isNameTaken = cause instanceof TapException known && known.isNameTaken;
    }

    private TapException(String message, boolean isNameTaken) {
        super(message);
        this.isNameTaken = isNameTaken;
    }

    /** That an interface of the wanted name is in use by another process, or by one that the kernel is still cleaning up after. */
    static TapException nameTaken(String message) {
        return new TapException(message, true);
    }

    /** Whether the failure is that of {@link #nameTaken}, which may be over in a moment. */
    public boolean isNameTaken() {
        return isNameTaken;
    }
}
