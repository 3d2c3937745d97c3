package dev.tapswitch.containers.cni;

/** A verb that can't be done; the message says on one line what is wrong and what to do. */
final class CniException extends Exception {
    private static final long serialVersionUID = 1;

    // The specification's codes, https://www.cni.dev/docs/spec/#error, and from 100 on our own.
    static final int INCOMPATIBLE_VERSION = 1;
    static final int INVALID_ENVIRONMENT = 4;
    static final int INVALID_CONFIG = 7;
    static final int NOT_AS_IT_SHOULD_BE = 100;
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

    int code() {
        return code;
    }
}
