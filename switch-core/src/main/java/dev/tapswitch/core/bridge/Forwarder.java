package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One worker's forwarding decision for one switch (IEEE 802.1Q 8.6): admit, learn, decide. Its worker's alone; nothing is allocated per
 * frame, and no bytes make it throw.
 */
public final class Forwarder {
    /** To every port that floods, but not to the one the frame came in on. Decisions of 0 and more are port indexes. */
    public static final int FLOOD = -1;
    /** The switch answers: {@link #reply()} goes to the port the frame came in on. */
    public static final int REPLY = -2;

    /** The switch is the destination: the frame goes nowhere. */
    public static final int CONSUME = -3;

    private static final int DROP = -16;
    private static final int REPLY_CAPACITY = 128;
    private static final DropReason[] REASONS = DropReason.values();

    private final MacTable macs;
    private final AddressResolution resolution;
    private final AddressConflicts conflicts;
    private final long switchMac;
    private final boolean dryRun;
    private final EthernetFrame frame = new EthernetFrame();
    private final MemorySegment reply = Arena.ofAuto().allocate(REPLY_CAPACITY, 8);

    /** By port index; replaced by the control side before a snapshot that needs more of them is published. */
    private volatile Counters[] counters = new Counters[0];

    Forwarder(LearningSwitch owner, boolean dryRun) {
        this.macs = owner.macTable();
        this.switchMac = owner.mac();
        this.conflicts = new AddressConflicts(macs, owner.neighbourTable(), switchMac);
        this.resolution = new AddressResolution(macs, owner.neighbourTable(), conflicts, reply, dryRun);
        this.dryRun = dryRun;
    }

    /**
     * Decides where the Ethernet frame at {@code memory[offset, offset + length)} goes, and counts it at {@code inPort}. On FLOOD the
     * caller writes it to each {@code snapshot.floodPort(i)} that it {@link SwitchSnapshot#mayPass may pass} to.
     */
    public int decide(SwitchSnapshot snapshot, int inPort, MemorySegment memory, long offset, int length, long nowMs) {
        Counters in = counters[inPort];
        in.add(PortCounter.RX_FRAMES, 1);
        in.add(PortCounter.RX_BYTES, length);
        int decision = admitAndDecide(snapshot, inPort, in, memory, offset, length, nowMs);
        if (decision <= DROP) in.drop(dropReason(decision));
        else if (decision == FLOOD) in.add(PortCounter.FLOODED, 1);
        return decision;
    }

    /** Whether a decision is to drop. */
    public static boolean isDrop(int decision) {
        return decision <= DROP;
    }

    /** Why; only for a decision to drop. */
    public static DropReason dropReason(int decision) {
        return REASONS[DROP - decision];
    }

    static int drop(DropReason reason) {
        return DROP - reason.ordinal();
    }

    /** The answer after REPLY, without a virtio header, complete; valid until the next decision. */
    public MemorySegment reply() {
        return reply;
    }

    /** Bytes of {@link #reply()}. */
    public int replyLength() {
        return resolution.replyLength();
    }

    /**
     * What is to be done now about addresses that two stations claim; null when there is nothing more for now. To be asked while {@link
     * #hasConflicts}, at least every 50 ms. What a step holds is valid until the next.
     */
    public ConflictStep nextStep(SwitchSnapshot snapshot, long nowMs) {
        return conflicts.nextStep(snapshot, nowMs);
    }

    /** Whether {@link #nextStep} has something to do now or later, as it has after a drop for ADDRESS_CONFLICT. */
    public boolean hasConflicts() {
        return !conflicts.isEmpty();
    }

    /** A claim of another's address since this was called last; null for none. Any thread. */
    AddressClaim takeClaim() {
        return conflicts.takeReport();
    }

    /** This worker's counters of a port. Any thread may read them. */
    public Counters counters(int port) {
        return counters[port];
    }

    /** Control side only, before the snapshot with these ports is published. */
    void setCounters(Counters[] counters) {
        this.counters = counters;
    }

    Counters[] allCounters() {
        return counters;
    }

    private int admitAndDecide(
            SwitchSnapshot snapshot,
            int inPort,
            Counters in,
            MemorySegment memory,
            long offset,
            int length,
            long nowMs) {
        frame.wrap(memory, offset, length);
        if (frame.isTruncated()) return drop(DropReason.TRUNCATED);
        PortSettings port = snapshot.port(inPort);
        if (port == null) return drop(DropReason.PORT_DOWN);
        long source = frame.source();
        long destination = frame.destination();
        if (MacAddress.isMulticast(source)) return drop(DropReason.SOURCE_MULTICAST);
        if (source == 0) return drop(DropReason.SOURCE_ZERO);
        if (source == switchMac) return drop(DropReason.STATIC_ELSEWHERE);
        if (MacAddress.isReserved(destination)) return drop(DropReason.RESERVED_MULTICAST);

        int vlan = frame.vlan();
        int learned = learn(snapshot, port, inPort, source, vlan, nowMs);
        if (learned != MacTable.REFRESHED) {
            int refused = countLearning(learned, port, in);
            if (refused != 0) return refused;
        }
        int resolved = resolve(snapshot, inPort, in, memory, offset, length, nowMs);
        if (resolved == FLOOD) return flood(snapshot, inPort, port);
        if (resolved != AddressResolution.PASS) return resolved;
        if (destination == switchMac) return CONSUME;
        if (MacAddress.isMulticast(destination)) return flood(snapshot, inPort, port);

        int out = macs.lookup(destination, vlan, nowMs, snapshot.settings().ageingMs());
        if (out == MacTable.MISS) return flood(snapshot, inPort, port);
        if (out == inPort && !port.hairpin()) return drop(DropReason.SAME_PORT);
        if (out != inPort && snapshot.areIsolated(inPort, out)) return drop(DropReason.ISOLATED);
        return out;
    }

    private int learn(SwitchSnapshot snapshot, PortSettings port, int inPort, long source, int vlan, long nowMs) {
        if (dryRun) return macs.wouldLearn(source, vlan, inPort, port.learningLimit());
        return macs.learn(
                source,
                vlan,
                inPort,
                port.learningLimit(),
                nowMs,
                snapshot.settings().ageingMs());
    }

    /** A drop, or 0 to go on. */
    private static int countLearning(int learned, PortSettings port, Counters in) {
        switch (learned) {
            case MacTable.LEARNED -> in.add(PortCounter.LEARNED, 1);
            case MacTable.MOVED -> in.add(PortCounter.MOVED, 1);
            case MacTable.FULL -> in.add(PortCounter.NOT_LEARNED_FULL, 1);
            case MacTable.STATIC_ELSEWHERE -> {
                return drop(DropReason.STATIC_ELSEWHERE);
            }
            case MacTable.PORT_LIMIT -> {
                if (port.dropBeyondLimit()) return drop(DropReason.PORT_LIMIT);
                in.add(PortCounter.NOT_LEARNED_LIMIT, 1);
            }
            default -> {}
        }
        return 0;
    }

    private int resolve(
            SwitchSnapshot snapshot,
            int inPort,
            Counters in,
            MemorySegment memory,
            long offset,
            int length,
            long nowMs) {
        int type = frame.etherType();
        if (type != EtherType.ARP && type != EtherType.IPV6) return AddressResolution.PASS;
        int payload = frame.payloadOffset();
        int resolved = type == EtherType.ARP
                ? resolution.arp(snapshot, inPort, frame, memory, offset + payload, length - payload, nowMs)
                : resolution.discovery(snapshot, inPort, frame, memory, offset + payload, length - payload, nowMs);
        if (resolved >= 0) in.add(PortCounter.ARP_DIRECTED, 1);
        else if (resolved == REPLY) in.add(PortCounter.ARP_REPLIED, 1);
        return resolved;
    }

    private static int flood(SwitchSnapshot snapshot, int inPort, PortSettings port) {
        int ports = snapshot.floodPortCount();
        boolean onlyBack = ports == 1 && snapshot.floodPort(0) == inPort && !port.hairpin();
        return ports == 0 || onlyBack ? drop(DropReason.NO_PORT) : FLOOD;
    }
}
