package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Notifies of changes to the nftables tables, chains and rules of a namespace, including those that iptables-nft makes. One thread calls
 * {@link #await}; any thread may call {@link #close}.
 */
public final class NftMonitor implements AutoCloseable {
    private final NetlinkSubscription subscription;

    /**
     * The changes since the previous call.
     *
     * @param added names of tables and chains that were created or changed, and of chains to which rules were added
     * @param removed names of tables and chains that were deleted, and of chains from which rules were deleted
     * @param isIncomplete whether notifications were lost, so that there may be other changes
     */
    public record Changes(Set<String> added, Set<String> removed, boolean isIncomplete) {
        /** Whether the table or chain with this name may have changed. */
        public boolean affects(String name) {
            return isIncomplete || added.contains(name) || removed.contains(name);
        }
    }

    /** Monitors the namespace of the calling thread. */
    public NftMonitor() throws DeviceException {
        try {
            subscription = new NetlinkSubscription(Netfilter.NETLINK_NETFILTER, 1 << (Netfilter.NFNLGRP_NFTABLES - 1));
        } catch (NetlinkException e) {
            throw RtNetlink.failed("subscribing to nftables notifications", e);
        }
    }

    /** Waits for changes. Returns empty after {@link #close}; it must not be called again then. */
    public Optional<Changes> await() {
        Collector collector = new Collector();
        boolean isOpen = subscription.await(collector);
        return isOpen ? Optional.of(collector.changes()) : Optional.empty();
    }

    /** Collects the names in notifications. */
    static final class Collector implements NetlinkSubscription.Listener {
        private final Set<String> added = new HashSet<>();
        private final Set<String> removed = new HashSet<>();
        private boolean isIncomplete;

        Changes changes() {
            return new Changes(added, removed, isIncomplete);
        }

        @Override
        public void onMessage(int type, byte[] payload) {
            switch (type - (Netfilter.NFNL_SUBSYS_NFTABLES << 8)) {
                case Netfilter.NFT_MSG_NEWTABLE -> added(name(payload, Netfilter.NFTA_TABLE_NAME));
                case Netfilter.NFT_MSG_NEWCHAIN -> added(name(payload, Netfilter.NFTA_CHAIN_NAME));
                case Netfilter.NFT_MSG_DELTABLE -> removed(name(payload, Netfilter.NFTA_TABLE_NAME));
                case Netfilter.NFT_MSG_DELCHAIN -> removed(name(payload, Netfilter.NFTA_CHAIN_NAME));
                case Netfilter.NFT_MSG_NEWRULE -> added.add(name(payload, Netfilter.NFTA_RULE_CHAIN));
                case Netfilter.NFT_MSG_DELRULE -> removed.add(name(payload, Netfilter.NFTA_RULE_CHAIN));
                default -> {}
            }
        }

        /** An object that one transaction deletes and creates again counts as added only. */
        private void added(String name) {
            added.add(name);
            removed.remove(name);
        }

        private void removed(String name) {
            removed.add(name);
            added.remove(name);
        }

        private static String name(byte[] payload, int attribute) {
            return new NetlinkAttributes(payload, Netfilter.NFGENMSG_SIZE).text(attribute);
        }

        @Override
        public void onOverflow() {
            isIncomplete = true;
        }
    }

    /** Makes {@link #await} return empty. Thread-safe. */
    @Override
    public void close() {
        subscription.close();
    }
}
