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
 * ARP-aware flooding: learns neighbours from ARP (RFC 826) and Neighbour Discovery (RFC 4861), and sends a request for a known neighbour only to
 * its port. Malformed packets, and packets that neither ask nor claim anything, are forwarded like other frames.
 *
 * <p>Probes (RFC 5227) and duplicate address detection (RFC 4862) always reach the address's owner, and the switch never replies to them.
 * Announcements and unsolicited advertisements are flooded. In every mode, claims of addresses have to pass the {@link AddressGuard}. Must be
 * called on the worker thread.
 */
final class AddressResolution {
    /** Not a verdict: forward the frame like any other. */
    static final int PASS = Integer.MIN_VALUE;
    /** Not a verdict: flood the frame. */
    static final int FLOOD = Integer.MIN_VALUE + 1;

    private static final long V4_MAPPED = 0xFFFF_0000_0000L;
    /** The resolution of the times in the neighbour table. */
    private static final long TICK_MS = 128;

    private final MacTable macs;
    private final NeighbourTable neighbours;
    private final boolean dryRun;
    private final AddressGuard guard;
    private final FrameContext context;
    private final EthernetFrame frame;
    private final ArpPacket arp = new ArpPacket();
    private final NeighbourDiscovery discovery = new NeighbourDiscovery();
    private final NeighbourClaim claim = new NeighbourClaim();
    private final UnansweredRequests unanswered = new UnansweredRequests();
    private final FloodLimit limit = new FloodLimit();
    private final MemorySegment reply;
    private int replyLength;

    /** A dry run learns nothing. {@code reply}: the memory for replies, large enough for both protocols. */
    AddressResolution(
            LearningSwitch owner,
            AddressConflicts conflicts,
            FrameContext context,
            MemorySegment reply,
            boolean dryRun) {
        this.macs = owner.macTable();
        this.neighbours = owner.neighbourTable();
        this.guard = new AddressGuard(macs, neighbours, conflicts, context, dryRun);
        this.context = context;
        this.frame = context.frame;
        this.reply = reply;
        this.dryRun = dryRun;
    }

    int replyLength() {
        return replyLength;
    }

    /** Handles the context's frame, whose payload is ARP. Returns a port, {@link Verdict#REPLY}, a drop, FLOOD or PASS. */
    int arp() {
        if (!arp.wrap(frame).isValid()) return PASS;
        int vlan = frame.onlyVlan();
        if (vlan < 0) return PASS;
        // RFC 5227 2.1.1: a probe's sender address is 0.0.0.0 and must not be learned.
        if (arp.senderAddress() != 0) {
            claim.hi = 0;
            claim.lo = V4_MAPPED | arp.senderAddress();
            claim.vlan = vlan;
            claim.mac = arp.senderMac();
            claim.mayLearn = true;
            claim.isAnnouncement = arp.isAnnouncement();
            int refused = guard.admit(claim);
            if (refused != PASS) return refused;
        }
        boolean asks = arp.operation() == ArpPacket.REQUEST && !arp.isAnnouncement();
        if (!asks || isPlain()) return PASS;
        long target = V4_MAPPED | arp.targetAddress();
        long owner = owner(0, target, vlan);
        if (owner != NeighbourTable.MISS && mayReply(arp.isProbe())) {
            long mac = owner & ~NeighbourTable.BOUND;
            replyLength = ArpReply.write(reply, 0, mac, arp.targetAddress(), frame.source(), arp.senderAddress());
            return Verdict.REPLY;
        }
        return direct(0, target, vlan, owner);
    }

    /** Like {@link #arp}, for a frame whose payload is IPv6. */
    int discovery() {
        discovery.wrap(frame);
        if (!discovery.isPresent() || !discovery.isWellFormed()) return PASS;
        int vlan = frame.onlyVlan();
        if (vlan < 0) return PASS;
        boolean isChecked = discovery.hasValidChecksum();
        if (discovery.claims()) {
            claim.hi = discovery.claimedHi();
            claim.lo = discovery.claimedLo();
            claim.vlan = vlan;
            claim.mac = discovery.linkLayerAddress();
            claim.mayLearn = isChecked && discovery.isSolicitationOrAdvertisement();
            claim.isAnnouncement = discovery.type() != NeighbourDiscovery.SOLICITATION;
            int refused = guard.admit(claim);
            if (refused != PASS) return refused;
        }
        boolean solicits = isChecked && discovery.type() == NeighbourDiscovery.SOLICITATION;
        if (!solicits || isPlain()) return PASS;
        long hi = discovery.targetHi();
        long lo = discovery.targetLo();
        long owner = owner(hi, lo, vlan);
        if (owner != NeighbourTable.MISS && mayReply(discovery.isDuplicateAddressDetection())) {
            long mac = owner & ~NeighbourTable.BOUND;
            replyLength = NeighbourAdvertisement.write(
                    reply, 0, mac, hi, lo, frame.source(), discovery.sourceHi(), discovery.sourceLo());
            return Verdict.REPLY;
        }
        return direct(hi, lo, vlan, owner);
    }

    /**
     * Whether the request is forwarded like any other frame. This includes unicast requests: they check whether a station is still reachable (RFC
     * 4861 7.3.3, RFC 1122 2.3.2.1), so the station itself must reply.
     */
    private boolean isPlain() {
        return context.settings.arpMode() == ArpMode.FLOOD || !MacAddress.isMulticast(frame.destination());
    }

    /** Only untagged requests are answered, because the replies carry no tag. */
    private boolean mayReply(boolean isProbe) {
        return context.settings.arpMode() == ArpMode.REPLY && !isProbe && !frame.isTagged();
    }

    /**
     * The known neighbour's MAC, like {@link NeighbourTable#owner}. MISS if the neighbour's port is unknown, or if the neighbour is the requester itself,
     * whose request is for other stations.
     */
    private long owner(long hi, long lo, int vlan) {
        long owner = neighbours.owner(hi, lo, vlan, context.nowMs, context.ageingMs);
        long mac = owner & ~NeighbourTable.BOUND;
        if (owner == NeighbourTable.MISS || mac == frame.source()) return NeighbourTable.MISS;
        return macs.lookup(mac, vlan, context.nowMs, context.ageingMs) == MacTable.MISS ? NeighbourTable.MISS : owner;
    }

    private int direct(long hi, long lo, int vlan, long owner) {
        long nowMs = context.nowMs;
        int inPort = context.inPort;
        long mac = owner & ~NeighbourTable.BOUND;
        int port = owner == NeighbourTable.MISS ? MacTable.MISS : macs.lookup(mac, vlan, nowMs, context.ageingMs);
        if (port == MacTable.MISS) return flood();
        long heardMs = nowMs - neighbours.ageMs(hi, lo, vlan, nowMs) + TICK_MS;
        boolean isSilent = !dryRun && unanswered.shouldFlood(hi, lo, vlan, heardMs, nowMs);
        if (isSilent && !isBoundToPort(owner, vlan, port)) return flood();
        if (port == inPort && !context.port.hairpin()) return Verdict.drop(DropReason.SAME_PORT);
        if (port != inPort && context.snapshot.areIsolated(inPort, port)) return Verdict.drop(DropReason.ISOLATED);
        return port;
    }

    /** Whether the address can't belong to another station or port, so that nobody else needs to be asked if the owner is silent. */
    private boolean isBoundToPort(long owner, int vlan, int port) {
        return (owner & NeighbourTable.BOUND) != 0
                && macs.wouldLearn(owner & ~NeighbourTable.BOUND, vlan, port, 0) == MacTable.STATIC_HERE;
    }

    private int flood() {
        int perSecond = context.settings.unknownArpPerSecond();
        if (dryRun || limit.admits(context.inPort, perSecond, context.nowMs)) return FLOOD;
        return Verdict.drop(DropReason.ARP_RATE);
    }
}
