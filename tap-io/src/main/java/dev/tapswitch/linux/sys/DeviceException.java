package dev.tapswitch.linux.sys;

/**
 * An operation on a network device, a link or a namespace failed. The message is one line: what failed, where, why and, where the user can do
 * something about it, what to do. Callers that treat some failures differently use {@link #kind} and {@link #errno}; they never parse the message.
 */
public class DeviceException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kinds of failures that callers distinguish. */
    public enum Kind {
        /** Another process has an interface of this name open, or the kernel has not yet removed one. A retry may succeed within moments. */
        NAME_TAKEN,
        /** The device does not exist, or no longer does. */
        GONE,
        /** The network namespace does not exist, or no longer does. */
        NO_NAMESPACE,
        /** Anything else; {@link DeviceException#errno} may say more. */
        OTHER
    }

    private final Kind kind;
    private final int errno;

    public DeviceException(String message) {
        this(Kind.OTHER, 0, message, null);
    }

    public DeviceException(Kind kind, String message) {
        this(kind, 0, message, null);
    }

    /** A system call failed with this errno (or -errno). */
    public DeviceException(int errno, String message) {
        this(Kind.OTHER, errno, message, null);
    }

    public DeviceException(Kind kind, int errno, String message) {
        this(kind, errno, message, null);
    }

    /** A system call failed with this errno (or -errno). */
    public DeviceException(int errno, String message, Throwable cause) {
        this(Kind.OTHER, errno, message, cause);
    }

    /** Adds context to a failure. Kind and errno are those of the cause, if the cause is a DeviceException. */
    public DeviceException(String message, Throwable cause) {
        this(
                cause instanceof DeviceException known ? known.kind() : Kind.OTHER,
                cause instanceof DeviceException known ? known.errno() : 0,
                message,
                cause);
    }

    private DeviceException(Kind kind, int errno, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.errno = Math.abs(errno);
    }

    public Kind kind() {
        return kind;
    }

    /** The error number of the system call that failed, positive as in {@link Errno}; 0 where no system call failed. */
    public int errno() {
        return errno;
    }
}
