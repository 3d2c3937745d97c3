package dev.tapswitch.core.bridge;

import dev.tapswitch.core.bridge.AddressClaim.Outcome;
import dev.tapswitch.core.frame.AddressProbe;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The claims of addresses that other stations have. A claim is held and the owner is asked. An owner that answers is asked once more a moment
 * later, as one that gives the address up (VRRP) may still have answered; then it keeps the address, and claims are dropped. When the owner is
 * silent the address moves: the claim is learned, and the frame that was held goes on, so that other stations' caches follow.
 *
 * <p>Bounded in all, and per claiming port, so that one port can't keep another's claims from being heard. Only its worker may use it, but for
 * {@link #takeReport}. Nothing is allocated per frame: conflicts are made when first needed, and reused.
 */
final class AddressConflicts {
    /** Between two probes; the owner is silent when the last of them went unanswered for as long. */
    static final long PROBE_INTERVAL_MS = 100;

    static final int PROBES = 4;
    /** After the first answer the owner is asked again. */
    static final long RECHECK_MS = 300;
    /** After further answers: claims are dropped for so long without asking. */
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
    /** Where {@link #nextStep} goes on. */
    private int position;

    AddressConflicts(MacTable macs, NeighbourTable neighbours, long switchMac) {
        this.macs = macs;
        this.neighbours = neighbours;
        this.switchMac = switchMac;
    }

    boolean isEmpty() {
        return open == 0;
    }

    /** Holds a claim of {@code mac}; without a place for it, it is just dropped. */
    void hold(
            SwitchSnapshot snapshot,
            int inPort,
            long hi,
            long lo,
            int vlan,
            long mac,
            EthernetFrame claim,
            boolean announces,
            long nowMs) {
        AddressConflict conflict = find(hi, lo, vlan, inPort);
        if (conflict == null) {
            conflict = free(hi, lo, vlan, inPort);
            if (conflict == null) return;
            conflict.open(hi, lo, vlan, inPort, snapshot.port(inPort).name(), nowMs);
            openByPort[inPort]++;
            open++;
        }
        // While its owner is asked for one, another MAC's claim behind the same port waits for the next round.
        if (conflict.frameLength == 0 || conflict.probes == 0 || conflict.claimant == mac)
            conflict.keep(mac, claim, announces);
    }

    /** What is to be done now, one after the other; null when there is nothing more for now. */
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

    /** Tells people, unless there is something that they have not taken yet. */
    void report(long hi, long lo, int vlan, long owner, int ownerPort, long claimant, int port, Outcome outcome) {
        if (report.get() == null) report.set(new AddressClaim(hi, lo, vlan, owner, ownerPort, claimant, port, outcome));
    }

    /** What happened since this was called last, or one thing of it; null for nothing. Any thread. */
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
            conflict.answers = 0;
        }
        if (ownerPort == MacTable.MISS) return move(conflict, ownerPort, snapshot, nowMs);
        if (conflict.probes > 0) {
            if (neighbours.isHeardSince(conflict.hi, conflict.lo, conflict.vlan, owner, conflict.askedMs))
                return answered(conflict, ownerPort, nowMs);
            if (conflict.probes == PROBES) return move(conflict, ownerPort, snapshot, nowMs);
        } else if (conflict.answers > 1 && !conflict.isClaimedAgain) {
            return close(conflict);
        }
        return ask(conflict, ownerPort, nowMs);
    }

    private ConflictStep ask(AddressConflict conflict, int ownerPort, long nowMs) {
        if (conflict.probes == 0) {
            conflict.askedMs = nowMs;
            conflict.isClaimedAgain = false;
        }
        conflict.probes++;
        conflict.dueMs = nowMs + PROBE_INTERVAL_MS;
        int length = AddressProbe.write(probe, 0, switchMac, conflict.owner, conflict.vlan, conflict.hi, conflict.lo);
        return new ConflictStep.Ask(ownerPort, probe, length);
    }

    private ConflictStep answered(AddressConflict conflict, int ownerPort, long nowMs) {
        conflict.answers++;
        conflict.probes = 0;
        conflict.dueMs = nowMs + (conflict.answers == 1 ? RECHECK_MS : QUIET_MS);
        if (conflict.answers > 1) report(conflict, ownerPort, Outcome.DEFENDED);
        return null;
    }

    private ConflictStep move(AddressConflict conflict, int ownerPort, SwitchSnapshot snapshot, long nowMs) {
        SwitchSettings settings = snapshot.settings();
        // Either may be refused as another worker is writing: then the frame that is released finds a conflict again.
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

    /** One that is not open; null where the port has as many as it may, or there is no room. */
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
