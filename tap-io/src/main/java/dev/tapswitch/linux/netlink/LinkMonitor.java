package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;

/**
 * Tells that links of the namespace have changed, and no more than that: what was lost when there were too many news does not matter, for who
 * hears of one looks at all. One thread waits, another may close.
 */
public final class LinkMonitor implements AutoCloseable {
    private static final NetlinkSubscription.Listener WHATEVER = new NetlinkSubscription.Listener() {
        @Override
        public void heard(int type, byte[] payload) {}

        @Override
        public void lost() {}
    };

    private final NetlinkSubscription news;

    /** In the namespace of the calling thread. */
    public LinkMonitor() throws DeviceException {
        try {
            news = new NetlinkSubscription(Netlink.NETLINK_ROUTE, Netlink.RTMGRP_LINK);
        } catch (NetlinkException e) {
            throw RtNetlink.failed("hearing of links", e);
        }
    }

    /** Waits for news, and takes up all that there are; false at the end, when this must not be asked again. */
    public boolean await() {
        return news.await(WHATEVER);
    }

    /** Ends the waiting. Any thread. */
    @Override
    public void close() {
        news.close();
    }
}
