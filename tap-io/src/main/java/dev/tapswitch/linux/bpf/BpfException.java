package dev.tapswitch.linux.bpf;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;

/** The kernel refused a BPF operation; the message says what, why and what to do, on one line. */
public final class BpfException extends DeviceException {
    private static final long serialVersionUID = 1;

    private final String verifierLog;

    /** {@code errno}: an errno or -errno. */
    BpfException(String what, int errno, String advice) {
        this(what, errno, advice, "");
    }

    BpfException(String what, int errno, String advice, String verifierLog) {
        super(errno, what + ": " + Errno.text(errno) + (advice.isEmpty() ? "" : "; " + advice));
        this.verifierLog = verifierLog;
    }

    /** The verifier's log about a program that it rejected, many lines; empty for other failures. */
    public String verifierLog() {
        return verifierLog;
    }
}
