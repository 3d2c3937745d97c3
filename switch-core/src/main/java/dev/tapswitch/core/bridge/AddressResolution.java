package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.ArpPacket;
import dev.tapswitch.core.frame.ArpReply;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.frame.NeighbourAdvertisement;
import dev.tapswitch.core.frame.NeighbourDiscovery;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;
import java.lang.foreign.MemorySegment;

/**
 * ARP-aware flooding: learns neighbours from the ARP (RFC 826) and Neighbour Discovery (RFC 4861) that passes, and sends a request for
 * a known neighbour to its port alone. Whatever is malformed, or neither asks nor tells, is left to plain forwarding. Its worker's alone.
 *
 * <p>Probes (RFC 5227) and duplicate address detection (RFC 4862) always reach the address's owner and are never answered for it;
 * announcements and unsolicited advertisements flood. What a frame tells of addresses has to pass the {@link AddressGuard} in every mode.
 */
final class AddressResolution {
    /** Not for us: forward as any frame. */
    static final int PASS = Integer.MIN_VALUE;

    private static final long V4_MAPPED = 0xFFFF_0000_0000L;
    /** A neighbour's last hearing is known to a tick of its table. */
    private static final long HEARD_RESOLUTION_MS = 128;

    private final MacTable macs;
    private final NeighbourTable neighbours;
    private final boolean dryRun;
    private final AddressGuard guard;
    private final ArpPacket arp = new ArpPacket();
    private final NeighbourDiscovery discovery = new NeighbourDiscovery();
    private final UnansweredRequests unanswered = new UnansweredRequests();
    private final FloodLimit limit = new FloodLimit();
    private final MemorySegment reply;
    private int replyLength;

    /** A dry run learns nothing. {@code reply}: where answers are written, long enough for either kind. */
    AddressResolution(
            MacTable macs, NeighbourTable neighbours, AddressConflicts conflicts, MemorySegment reply, boolean dryRun) {
        this.guard = new AddressGuard(macs, neighbours, conflicts, dryRun);
        this.macs = macs;
        this.neighbours = neighbours;
        this.reply = reply;
        this.dryRun = dryRun;
    }

    int replyLength() {
        return replyLength;
    }

    /** A port index, {@link Forwarder#FLOOD} (for the caller to admit and count), {@link Forwarder#REPLY}, a drop, or PASS. */
    int arp(
            SwitchSnapshot snapshot,
            int inPort,
            EthernetFrame frame,
            MemorySegment memory,
            long payload,
            int length,
            long nowMs) {
        if (!arp.wrap(memory, payload, length).isValid()) return PASS;
        long source = frame.source();
        int vlan = frame.onlyVlan();
        if (vlan < 0) return PASS;
        // RFC 5227 2.1.1: a probe's sender address is 0.0.0.0, and must not be learned.
        if (arp.senderAddress() != 0) {
            long sender = V4_MAPPED | arp.senderAddress();
            boolean announces = arp.isAnnouncement();
            int refused =
                    guard.admit(snapshot, inPort, 0, sender, vlan, arp.senderMac(), frame, true, announces, nowMs);
            if (refused != PASS) return refused;
        }
        boolean asks = arp.operation() == ArpPacket.REQUEST && !arp.isAnnouncement();
        if (!asks || isPlain(snapshot, frame)) return PASS;
        long target = V4_MAPPED | arp.targetAddress();
        long owner = owner(snapshot, 0, target, vlan, source, nowMs);
        if (owner != NeighbourTable.MISS && mayReply(snapshot, frame, arp.isProbe())) {
            replyLength = ArpReply.write(
                    reply, 0, owner & ~NeighbourTable.BOUND, arp.targetAddress(), source, arp.senderAddress());
            return Forwarder.REPLY;
        }
        return direct(snapshot, inPort, 0, target, vlan, owner, nowMs);
    }

    /** As {@link #arp}, for the payload of an IPv6 frame. */
    int discovery(
            SwitchSnapshot snapshot,
            int inPort,
            EthernetFrame frame,
            MemorySegment memory,
            long payload,
            int length,
            long nowMs) {
        discovery.wrap(memory, payload, length);
        if (!discovery.isPresent() || !discovery.isWellFormed()) return PASS;
        int vlan = frame.onlyVlan();
        if (vlan < 0) return PASS;
        boolean isChecked = discovery.hasValidChecksum();
        if (discovery.claims()) {
            boolean mayLearn = isChecked && discovery.isSolicitationOrAdvertisement();
            int refused = guard.admit(
                    snapshot,
                    inPort,
                    discovery.claimedHi(),
                    discovery.claimedLo(),
                    vlan,
                    discovery.linkLayerAddress(),
                    frame,
                    mayLearn,
                    discovery.type() != NeighbourDiscovery.SOLICITATION,
                    nowMs);
            if (refused != PASS) return refused;
        }
        boolean solicits = isChecked && discovery.type() == NeighbourDiscovery.SOLICITATION;
        if (!solicits || isPlain(snapshot, frame)) return PASS;
        long source = frame.source();
        long hi = discovery.targetHi();
        long lo = discovery.targetLo();
        long owner = owner(snapshot, hi, lo, vlan, source, nowMs);
        if (owner != NeighbourTable.MISS && mayReply(snapshot, frame, discovery.isDuplicateAddressDetection())) {
            replyLength = NeighbourAdvertisement.write(
                    reply,
                    0,
                    owner & ~NeighbourTable.BOUND,
                    hi,
                    lo,
                    source,
                    discovery.sourceHi(),
                    discovery.sourceLo());
            return Forwarder.REPLY;
        }
        return direct(snapshot, inPort, hi, lo, vlan, owner, nowMs);
    }

    /** A request to one station (RFC 4861 7.3.3, RFC 1122 2.3.2.1: is it still there?) is that station's to answer. */
    private static boolean isPlain(SwitchSnapshot snapshot, EthernetFrame frame) {
        return snapshot.settings().arpMode() == ArpMode.FLOOD || !MacAddress.isMulticast(frame.destination());
    }

    /** We answer untagged questions only: an answer of ours carries no tag. */
    private static boolean mayReply(SwitchSnapshot snapshot, EthernetFrame frame, boolean isProbe) {
        return snapshot.settings().arpMode() == ArpMode.REPLY && !isProbe && !frame.isTagged();
    }

    /**
     * The known neighbour's MAC, as of {@link NeighbourTable#owner}; none where its station's port isn't known, or where it is the asker itself,
     * whose question is to the others.
     */
    private long owner(SwitchSnapshot snapshot, long hi, long lo, int vlan, long asker, long nowMs) {
        long ageingMs = snapshot.settings().ageingMs();
        long owner = neighbours.owner(hi, lo, vlan, nowMs, ageingMs);
        long mac = owner & ~NeighbourTable.BOUND;
        if (owner == NeighbourTable.MISS || mac == asker) return NeighbourTable.MISS;
        return macs.lookup(mac, vlan, nowMs, ageingMs) == MacTable.MISS ? NeighbourTable.MISS : owner;
    }

    private int direct(SwitchSnapshot snapshot, int inPort, long hi, long lo, int vlan, long owner, long nowMs) {
        long mac = owner & ~NeighbourTable.BOUND;
        int port = owner == NeighbourTable.MISS
                ? MacTable.MISS
                : macs.lookup(mac, vlan, nowMs, snapshot.settings().ageingMs());
        if (port == MacTable.MISS) return flood(snapshot, inPort, nowMs);
        long heardMs = nowMs - neighbours.ageMs(hi, lo, vlan, nowMs) + HEARD_RESOLUTION_MS;
        boolean isSilent = !dryRun && unanswered.shouldFlood(hi, lo, vlan, heardMs, nowMs);
        if (isSilent && !isBoundToPort(owner, vlan, port)) return flood(snapshot, inPort, nowMs);
        if (port == inPort && !snapshot.port(inPort).hairpin()) return Forwarder.drop(DropReason.SAME_PORT);
        if (port != inPort && snapshot.areIsolated(inPort, port)) return Forwarder.drop(DropReason.ISOLATED);
        return port;
    }

    /** Whether no other station, and no other port, can be the address's: nobody else is to be asked, however silent the owner is. */
    private boolean isBoundToPort(long owner, int vlan, int port) {
        return (owner & NeighbourTable.BOUND) != 0
                && macs.wouldLearn(owner & ~NeighbourTable.BOUND, vlan, port, 0) == MacTable.STATIC_HERE;
    }

    private int flood(SwitchSnapshot snapshot, int inPort, long nowMs) {
        if (dryRun || limit.admits(inPort, snapshot.settings().unknownArpPerSecond(), nowMs)) return Forwarder.FLOOD;
        return Forwarder.drop(DropReason.ARP_RATE);
    }
}
