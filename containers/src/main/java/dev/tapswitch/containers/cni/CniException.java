package dev.tapswitch.containers.cni;

/** A CNI command failed. The message says on one line what is wrong and what to do. */
final class CniException extends Exception {
    private static final long serialVersionUID = 1;

    // Codes of the specification (https://www.cni.dev/docs/spec/#error). Codes from 100 are specific to the plugin.
    static final int INCOMPATIBLE_VERSION = 1;
    static final int INVALID_ENVIRONMENT = 4;
    static final int INVALID_CONFIG = 7;
    static final int CHECK_FAILED = 100;
    static final int REFUSED = 101;

    private final int code;

    CniException(int code, String message) {
        super(message);
        this.code = code;
    }

    CniException(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The code for the runtime. */
    int code() {
        return code;
    }
}
