package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One worker's forwarding decisions for one switch (IEEE 802.1Q 8.6): admit, learn, resolve addresses, decide. Must be called on the worker thread
 * unless stated otherwise. Allocates nothing per frame, and no content of a frame makes it throw.
 */
public final class Forwarder {
    private static final int REPLY_CAPACITY = 128;

    private final MacTable macs;
    private final AddressResolution resolution;
    private final AddressConflicts conflicts;
    private final long switchMac;
    private final boolean dryRun;
    private final FrameContext context = new FrameContext();
    private final EthernetFrame frame = context.frame;
    private final MemorySegment reply = Arena.ofAuto().allocate(REPLY_CAPACITY, 8);

    /** Counters by port index. The control side replaces the array before it publishes a snapshot with more ports. */
    private volatile Counters[] counters = new Counters[0];

    Forwarder(LearningSwitch owner, boolean dryRun) {
        this.macs = owner.macTable();
        this.switchMac = owner.mac();
        this.conflicts = new AddressConflicts(macs, owner.neighbourTable(), switchMac);
        this.resolution = new AddressResolution(owner, conflicts, context, reply, dryRun);
        this.dryRun = dryRun;
    }

    /**
     * Begins a batch: the frames that follow were received on {@code inPort} at {@code nowMs} (monotonic clock, milliseconds), and {@code snapshot}
     * applies to them.
     */
    public void beginBatch(SwitchSnapshot snapshot, int inPort, long nowMs) {
        context.beginBatch(snapshot, inPort, counters[inPort], nowMs);
    }

    /**
     * Decides on the Ethernet frame at {@code memory[offset, offset + length)}, and counts it at the batch's ingress port.
     *
     * @return a {@link Verdict}
     */
    public int decide(MemorySegment memory, long offset, int length) {
        Counters in = context.counters;
        in.add(PortCounter.RX_FRAMES, 1);
        in.add(PortCounter.RX_BYTES, length);
        frame.wrap(memory, offset, length);
        int verdict = admitAndDecide();
        if (!Verdict.isPort(verdict)) count(verdict);
        return verdict;
    }

    /** The frame to send after the verdict REPLY: complete, without a virtio header. It is valid until the next decision. */
    public MemorySegment reply() {
        return reply;
    }

    /** Length of {@link #reply()}, bytes. */
    public int replyLength() {
        return resolution.replyLength();
    }

    /**
     * The next step about an address that two stations claim; null if nothing is due. Must be called at least every 50 ms while {@link
     * #hasConflicts}. The content of a step is valid until the next step.
     */
    public ConflictStep nextStep(SwitchSnapshot snapshot, long nowMs) {
        return conflicts.nextStep(snapshot, nowMs);
    }

    /** Whether {@link #nextStep} has something to do now or later. A drop for ADDRESS_CONFLICT makes this true. */
    public boolean hasConflicts() {
        return !conflicts.isEmpty();
    }

    /** A claim of another station's address since the last call; null if there was none. Thread-safe. */
    AddressClaim takeClaim() {
        return conflicts.takeReport();
    }

    /** This worker's counters of a port. Thread-safe for readers. */
    public Counters counters(int port) {
        return counters[port];
    }

    /** Must be called by the control side, before the snapshot with these ports is published. */
    void setCounters(Counters[] counters) {
        this.counters = counters;
    }

    Counters[] allCounters() {
        return counters;
    }

    private void count(int verdict) {
        if (Verdict.isPortSet(verdict)) context.counters.add(PortCounter.FLOODED, 1);
        else if (Verdict.isDrop(verdict)) context.counters.drop(Verdict.dropReason(verdict));
    }

    private int admitAndDecide() {
        if (frame.isTruncated()) return Verdict.drop(DropReason.TRUNCATED);
        PortSettings port = context.port;
        if (port == null) return Verdict.drop(DropReason.PORT_DOWN);
        long source = frame.source();
        long destination = frame.destination();
        if (MacAddress.isMulticast(source)) return Verdict.drop(DropReason.SOURCE_MULTICAST);
        if (source == 0) return Verdict.drop(DropReason.SOURCE_ZERO);
        if (source == switchMac) return Verdict.drop(DropReason.STATIC_ELSEWHERE);
        boolean mayPunt = destination == switchMac || MacAddress.isMulticast(destination);
        int punt = mayPunt ? context.snapshot.punt(frame) : SwitchSnapshot.NO_PUNT;
        if (MacAddress.isReserved(destination))
            return punt != SwitchSnapshot.NO_PUNT ? punt : Verdict.drop(DropReason.RESERVED_MULTICAST);

        int vlan = frame.vlan();
        int learned = learn(source, vlan);
        if (learned != MacTable.REFRESHED) {
            int refused = countLearning(learned);
            if (refused != 0) return refused;
        }
        if (punt != SwitchSnapshot.NO_PUNT) return punt;
        int resolved = resolve();
        if (resolved == AddressResolution.FLOOD) return context.snapshot.flood(context.inPort);
        if (resolved != AddressResolution.PASS) return resolved;
        if (destination == switchMac) return Verdict.CONSUME;
        if (MacAddress.isMulticast(destination)) return context.snapshot.flood(context.inPort);

        int inPort = context.inPort;
        int out = macs.lookup(destination, vlan, context.nowMs, context.ageingMs);
        if (out == MacTable.MISS) return context.snapshot.flood(inPort);
        if (out == inPort && !port.hairpin()) return Verdict.drop(DropReason.SAME_PORT);
        if (out != inPort && context.snapshot.areIsolated(inPort, out)) return Verdict.drop(DropReason.ISOLATED);
        return out;
    }

    private int learn(long source, int vlan) {
        int limit = context.port.learningLimit();
        if (dryRun) return macs.wouldLearn(source, vlan, context.inPort, limit);
        return macs.learn(source, vlan, context.inPort, limit, context.nowMs, context.ageingMs);
    }

    /** Counts the outcome of learning. Returns a drop, or 0 if the frame is to be forwarded. */
    private int countLearning(int learned) {
        Counters in = context.counters;
        switch (learned) {
            case MacTable.LEARNED -> in.add(PortCounter.LEARNED, 1);
            case MacTable.MOVED -> in.add(PortCounter.MOVED, 1);
            case MacTable.FULL -> in.add(PortCounter.NOT_LEARNED_FULL, 1);
            case MacTable.STATIC_ELSEWHERE -> {
                return Verdict.drop(DropReason.STATIC_ELSEWHERE);
            }
            case MacTable.PORT_LIMIT -> {
                if (context.port.dropBeyondLimit()) return Verdict.drop(DropReason.PORT_LIMIT);
                in.add(PortCounter.NOT_LEARNED_LIMIT, 1);
            }
            default -> {}
        }
        return 0;
    }

    /** Handles ARP and Neighbour Discovery. Returns a verdict, {@link AddressResolution#PASS} or {@link AddressResolution#FLOOD}. */
    private int resolve() {
        int type = frame.etherType();
        if (type != EtherType.ARP && type != EtherType.IPV6) return AddressResolution.PASS;
        int resolved = type == EtherType.ARP ? resolution.arp() : resolution.discovery();
        if (Verdict.isPort(resolved)) context.counters.add(PortCounter.ARP_DIRECTED, 1);
        else if (resolved == Verdict.REPLY) context.counters.add(PortCounter.ARP_REPLIED, 1);
        return resolved;
    }
}
