package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.Errno;

/** The kernel refused a netlink request. The message is the errno's text and, where the kernel gave one, its own words. */
public final class NetlinkException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    NetlinkException(int errno, String words) {
        super(words.isEmpty() ? Errno.text(errno) : Errno.name(errno) + ", " + words);
        this.errno = Math.abs(errno);
    }

    /** Positive, as in {@link Errno}. */
    public int errno() {
        return errno;
    }
}
