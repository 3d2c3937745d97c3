package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;

/**
 * Notifies of changes to the links of a namespace, without details: a notification that is lost does not matter, because the caller reads
 * the state of all links after each one. One thread calls {@link #await}; any thread may call {@link #close}.
 */
public final class LinkMonitor implements AutoCloseable {
    private static final NetlinkSubscription.Listener IGNORE = new NetlinkSubscription.Listener() {
        @Override
        public void onMessage(int type, byte[] payload) {}

        @Override
        public void onOverflow() {}
    };

    private final NetlinkSubscription subscription;

    /** Monitors the namespace of the calling thread. */
    public LinkMonitor() throws DeviceException {
        try {
            subscription = new NetlinkSubscription(Netlink.NETLINK_ROUTE, Netlink.RTMGRP_LINK);
        } catch (NetlinkException e) {
            throw RtNetlink.failed("subscribing to link notifications", e);
        }
    }

    /** Waits for a change and consumes all pending notifications. Returns false after {@link #close}; it must not be called again then. */
    public boolean await() {
        return subscription.await(IGNORE);
    }

    /** Makes {@link #await} return false. Thread-safe. */
    @Override
    public void close() {
        subscription.close();
    }
}
