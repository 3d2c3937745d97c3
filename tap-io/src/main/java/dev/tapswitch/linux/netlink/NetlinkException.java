package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.Errno;

/** The kernel refused a netlink request. The message has the errno's text or, if the kernel sent one, the kernel's explanation. */
public final class NetlinkException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    NetlinkException(int errno, String explanation) {
        super(explanation.isEmpty() ? Errno.text(errno) : Errno.name(errno) + ", " + explanation);
        this.errno = Math.abs(errno);
    }

    /** Positive, as in {@link Errno}. */
    public int errno() {
        return errno;
    }
}
