package dev.tapswitch.core.bridge;

import dev.tapswitch.core.bridge.AddressClaim.Outcome;
import dev.tapswitch.core.frame.AddressProbe;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The claims of addresses that belong to other stations. A claim is held while the owner is probed. An owner that replies is probed once more a moment
 * later, because an owner that gives the address up (VRRP) may still have replied; after the second reply it keeps the address, and claims are
 * dropped. If the owner is silent, the address moves: the claim is learned, and the held frame is forwarded, so that other stations update their caches.
 *
 * <p>The number of conflicts is bounded, in total and per claiming port, so that one port can't suppress the claims of another. Must be used on
 * the worker thread, except {@link #takeReport}. Allocates nothing per frame: conflicts are created when first needed, and reused.
 */
final class AddressConflicts {
    /** The time between two probes. The owner counts as silent if the last probe gets no reply within this time. */
    static final long PROBE_INTERVAL_MS = 100;

    static final int PROBES = 4;
    /** The owner is probed again this long after its first reply. */
    static final long RECHECK_MS = 300;
    /** After the second and every later reply, claims are dropped for this time without a probe. */
    static final long QUIET_MS = 1_000;

    static final int MAX_PER_PORT = 64;
    private static final int CELLS = 1024;
    private static final int WINDOW = 16;

    private final MacTable macs;
    private final NeighbourTable neighbours;
    private final long switchMac;
    private final AtomicReference<AddressClaim> report = new AtomicReference<>();

    private AddressConflict[] cells = new AddressConflict[0];
    private int[] openByPort = new int[0];
    private MemorySegment probe;
    private int open;
    /** The cell that {@link #nextStep} continues with. */
    private int position;

    AddressConflicts(MacTable macs, NeighbourTable neighbours, long switchMac) {
        this.macs = macs;
        this.neighbours = neighbours;
        this.switchMac = switchMac;
    }

    boolean isEmpty() {
        return open == 0;
    }

    /** Holds a claim and its frame. If there is no space for another conflict, the frame is dropped without being held. */
    void hold(NeighbourClaim claim, FrameContext context) {
        int inPort = context.inPort;
        AddressConflict conflict = find(claim.hi, claim.lo, claim.vlan, inPort);
        if (conflict == null) {
            conflict = free(claim.hi, claim.lo, claim.vlan, inPort);
            if (conflict == null) return;
            conflict.open(claim, inPort, context.port.name(), context.nowMs);
            openByPort[inPort]++;
            open++;
        }
        // While the owner is probed for one claim, a claim of another MAC on the same port has to wait for the next
        // round.
        if (conflict.frameLength == 0 || conflict.probes == 0 || conflict.claimant == claim.mac)
            conflict.keep(claim, context.frame);
    }

    /** Reports a claim of an address that is bound to {@code owner}. */
    void reportBound(NeighbourClaim claim, long owner, int inPort) {
        report(claim.hi, claim.lo, claim.vlan, owner, MacTable.MISS, claim.mac, inPort, Outcome.BOUND);
    }

    /** The next step that is due at {@code nowMs}; null if there is none. */
    ConflictStep nextStep(SwitchSnapshot snapshot, long nowMs) {
        for (; open > 0 && position < cells.length; position++) {
            AddressConflict conflict = cells[position];
            if (conflict == null || !conflict.isOpen || nowMs - conflict.dueMs < 0) continue;
            ConflictStep step = advance(conflict, snapshot, nowMs);
            if (step != null) return step;
        }
        position = 0;
        return null;
    }

    /** Keeps a report for {@link #takeReport}, unless it still holds an earlier one. */
    private void report(
            long hi, long lo, int vlan, long owner, int ownerPort, long claimant, int port, Outcome outcome) {
        if (report.get() == null) report.set(new AddressClaim(hi, lo, vlan, owner, ownerPort, claimant, port, outcome));
    }

    /** The first outcome since the last call; null if there was none. Thread-safe. */
    AddressClaim takeReport() {
        return report.get() == null ? null : report.getAndSet(null);
    }

    private ConflictStep advance(AddressConflict conflict, SwitchSnapshot snapshot, long nowMs) {
        PortSettings port = snapshot.port(conflict.port);
        if (port == null || !port.name().equals(conflict.portName) || conflict.frameLength == 0) return close(conflict);
        long ageingMs = snapshot.settings().ageingMs();
        long owner = neighbours.owner(conflict.hi, conflict.lo, conflict.vlan, nowMs, ageingMs);
        if (owner == NeighbourTable.MISS || owner == conflict.claimant) return release(conflict);
        if ((owner & NeighbourTable.BOUND) != 0) return close(conflict);
        int ownerPort = macs.lookup(owner, conflict.vlan, nowMs, ageingMs);
        if (owner != conflict.owner) {
            conflict.owner = owner;
            conflict.probes = 0;
            conflict.replies = 0;
        }
        if (ownerPort == MacTable.MISS) return move(conflict, ownerPort, snapshot, nowMs);
        if (conflict.probes > 0) {
            if (neighbours.isHeardSince(conflict.hi, conflict.lo, conflict.vlan, owner, conflict.probedMs))
                return replied(conflict, ownerPort, nowMs);
            if (conflict.probes == PROBES) return move(conflict, ownerPort, snapshot, nowMs);
        } else if (conflict.replies > 1 && !conflict.isClaimedAgain) {
            return close(conflict);
        }
        return probe(conflict, ownerPort, nowMs);
    }

    private ConflictStep probe(AddressConflict conflict, int ownerPort, long nowMs) {
        if (conflict.probes == 0) {
            conflict.probedMs = nowMs;
            conflict.isClaimedAgain = false;
        }
        conflict.probes++;
        conflict.dueMs = nowMs + PROBE_INTERVAL_MS;
        int length = AddressProbe.write(probe, 0, switchMac, conflict.owner, conflict.vlan, conflict.hi, conflict.lo);
        return new ConflictStep.Probe(ownerPort, probe, length);
    }

    private ConflictStep replied(AddressConflict conflict, int ownerPort, long nowMs) {
        conflict.replies++;
        conflict.probes = 0;
        conflict.dueMs = nowMs + (conflict.replies == 1 ? RECHECK_MS : QUIET_MS);
        if (conflict.replies > 1) report(conflict, ownerPort, Outcome.DEFENDED);
        return null;
    }

    private ConflictStep move(AddressConflict conflict, int ownerPort, SwitchSnapshot snapshot, long nowMs) {
        SwitchSettings settings = snapshot.settings();
        // Both calls may be refused while another worker writes. Then the released frame opens a conflict again.
        if (!conflict.isLearnable) neighbours.forget(conflict.hi, conflict.lo, conflict.vlan, conflict.owner);
        else
            neighbours.learn(
                    conflict.hi,
                    conflict.lo,
                    conflict.vlan,
                    conflict.claimant,
                    conflict.port,
                    settings.neighbourLimit(),
                    nowMs,
                    settings.ageingMs());
        report(conflict, ownerPort, Outcome.MOVED);
        return release(conflict);
    }

    private ConflictStep release(AddressConflict conflict) {
        close(conflict);
        return new ConflictStep.Release(conflict.port, conflict.frame, conflict.frameLength);
    }

    private ConflictStep close(AddressConflict conflict) {
        conflict.isOpen = false;
        openByPort[conflict.port]--;
        open--;
        return null;
    }

    private void report(AddressConflict conflict, int ownerPort, Outcome outcome) {
        report(
                conflict.hi,
                conflict.lo,
                conflict.vlan,
                conflict.owner,
                ownerPort,
                conflict.claimant,
                conflict.port,
                outcome);
    }

    private AddressConflict find(long hi, long lo, int vlan, int port) {
        if (open == 0) return null;
        int home = home(hi, lo, vlan, port);
        for (int i = 0; i < WINDOW; i++) {
            AddressConflict conflict = cells[home + i & CELLS - 1];
            if (conflict != null && conflict.isAbout(hi, lo, vlan, port)) return conflict;
        }
        return null;
    }

    /** A closed conflict that can be reused; null if the port is at its limit, or if there is no space. */
    private AddressConflict free(long hi, long lo, int vlan, int port) {
        if (cells.length == 0) {
            cells = new AddressConflict[CELLS];
            probe = Arena.ofAuto().allocate(AddressProbe.MAX_LENGTH, 8);
        }
        if (port >= openByPort.length) openByPort = Arrays.copyOf(openByPort, Math.max(port + 1, port * 2));
        if (openByPort[port] >= MAX_PER_PORT) return null;
        int home = home(hi, lo, vlan, port);
        for (int i = 0; i < WINDOW; i++) {
            int cell = home + i & CELLS - 1;
            if (cells[cell] == null) cells[cell] = new AddressConflict();
            if (!cells[cell].isOpen) return cells[cell];
        }
        return null;
    }

    private static int home(long hi, long lo, int vlan, int port) {
        long h = ((hi * 31 + lo) * 31 + vlan) * 31 + port;
        h = (h ^ h >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (h >>> 40) & CELLS - 1;
    }
}
