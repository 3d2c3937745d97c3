package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Tells which tables and chains of nftables have come or gone in the namespace, or have other rules; those that iptables-nft makes as well. One
 * thread waits, another may close.
 */
public final class NftMonitor implements AutoCloseable {
    private final NetlinkSubscription news;

    /**
     * What has changed since it was asked last.
     *
     * @param made names of tables and chains that are there anew, or have other properties, and of chains that have more rules
     * @param gone names of tables and chains that have gone, and of chains that have lost rules
     * @param lost there was more, of which nothing is known
     */
    public record Changes(Set<String> made, Set<String> gone, boolean lost) {
        /** Whether this may have been made, or changed, or has lost something. */
        public boolean touch(String name) {
            return lost || made.contains(name) || gone.contains(name);
        }
    }

    /** In the namespace of the calling thread. */
    public NftMonitor() throws DeviceException {
        try {
            news = new NetlinkSubscription(Netfilter.NETLINK_NETFILTER, 1 << (Netfilter.NFNLGRP_NFTABLES - 1));
        } catch (NetlinkException e) {
            throw RtNetlink.failed("hearing of nftables", e);
        }
    }

    /** Waits for changes; empty at the end, when this must not be asked again. */
    public Optional<Changes> await() {
        Collector collector = new Collector();
        boolean isOpen = news.await(collector);
        return isOpen
                ? Optional.of(new Changes(collector.made, collector.gone, collector.isSomeLost))
                : Optional.empty();
    }

    private static final class Collector implements NetlinkSubscription.Listener {
        private final Set<String> made = new HashSet<>();
        private final Set<String> gone = new HashSet<>();
        private boolean isSomeLost;

        @Override
        public void heard(int type, byte[] payload) {
            switch (type - (Netfilter.NFNL_SUBSYS_NFTABLES << 8)) {
                case Netfilter.NFT_MSG_NEWTABLE -> made(name(payload, Netfilter.NFTA_TABLE_NAME));
                case Netfilter.NFT_MSG_NEWCHAIN -> made(name(payload, Netfilter.NFTA_CHAIN_NAME));
                case Netfilter.NFT_MSG_DELTABLE -> gone(name(payload, Netfilter.NFTA_TABLE_NAME));
                case Netfilter.NFT_MSG_DELCHAIN -> gone(name(payload, Netfilter.NFTA_CHAIN_NAME));
                case Netfilter.NFT_MSG_NEWRULE -> made.add(name(payload, Netfilter.NFTA_RULE_CHAIN));
                case Netfilter.NFT_MSG_DELRULE -> gone.add(name(payload, Netfilter.NFTA_RULE_CHAIN));
                default -> {}
            }
        }

        /** What was deleted and is made again, in one transaction, is there. */
        private void made(String name) {
            made.add(name);
            gone.remove(name);
        }

        private void gone(String name) {
            gone.add(name);
            made.remove(name);
        }

        private static String name(byte[] payload, int attribute) {
            return new NetlinkAttributes(payload, Netfilter.NFGENMSG_SIZE).text(attribute);
        }

        @Override
        public void lost() {
            isSomeLost = true;
        }
    }

    /** Ends the waiting. Any thread. */
    @Override
    public void close() {
        news.close();
    }
}
