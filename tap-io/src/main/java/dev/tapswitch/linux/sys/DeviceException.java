package dev.tapswitch.linux.sys;

/** A TAP, namespace or link operation failed; the message says what, where, why and what to do, on one line. */
public class DeviceException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean isNameTaken;

    public DeviceException(String message) {
        super(message);
        isNameTaken = false;
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
        isNameTaken = cause instanceof DeviceException known && known.isNameTaken;
    }

    private DeviceException(String message, boolean isNameTaken) {
        super(message);
        this.isNameTaken = isNameTaken;
    }

    /** That an interface of the wanted name is in use by another process, or by one that the kernel is still cleaning up after. */
    public static DeviceException nameTaken(String message) {
        return new DeviceException(message, true);
    }

    /** Whether the failure is that of {@link #nameTaken}, which may be over in a moment. */
    public boolean isNameTaken() {
        return isNameTaken;
    }
}
