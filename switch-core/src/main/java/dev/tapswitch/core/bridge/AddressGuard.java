package dev.tapswitch.core.bridge;

import dev.tapswitch.core.bridge.AddressClaim.Outcome;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;

/**
 * Decides whether a frame may tell that an address is at a MAC, as requests, replies and announcements all do, for whoever receives one
 * believes it. For a bound address only its own MAC may. For one that another station has the claim is held until that station was asked, see
 * {@link AddressConflicts}. All other claims are learned. Only its worker may use it.
 */
final class AddressGuard {
    private final MacTable macs;
    private final NeighbourTable neighbours;
    private final AddressConflicts conflicts;
    private final boolean dryRun;

    AddressGuard(MacTable macs, NeighbourTable neighbours, AddressConflicts conflicts, boolean dryRun) {
        this.macs = macs;
        this.neighbours = neighbours;
        this.conflicts = conflicts;
        this.dryRun = dryRun;
    }

    /**
     * Judges, and learns, a frame's claim that the address is at {@code mac}.
     *
     * @param mayLearn false where the frame is not sure to be believed, as one with a wrong checksum
     * @param announces whether the frame tells everybody
     * @return a drop, or {@link AddressResolution#PASS}
     */
    int admit(
            SwitchSnapshot snapshot,
            int inPort,
            long hi,
            long lo,
            int vlan,
            long mac,
            EthernetFrame frame,
            boolean mayLearn,
            boolean announces,
            long nowMs) {
        SwitchSettings settings = snapshot.settings();
        long found = neighbours.owner(hi, lo, vlan, nowMs, settings.ageingMs());
        long source = frame.source();
        if (found != NeighbourTable.MISS) {
            boolean isBound = (found & NeighbourTable.BOUND) != 0;
            long owner = found & ~NeighbourTable.BOUND;
            if (isBound && (mac != owner || source != owner)) {
                if (!dryRun) conflicts.report(hi, lo, vlan, owner, MacTable.MISS, mac, inPort, Outcome.BOUND);
                return Forwarder.drop(DropReason.ADDRESS_BOUND);
            }
            int ownerPort = mac == owner ? inPort : macs.lookup(owner, vlan, nowMs, settings.ageingMs());
            if (mac != owner && settings.neighbourGuard() && isContested(snapshot, inPort, ownerPort)) {
                if (!dryRun) conflicts.hold(snapshot, inPort, hi, lo, vlan, mac, frame, announces, nowMs);
                return Forwarder.drop(DropReason.ADDRESS_CONFLICT);
            }
        }
        // A MAC that is not the frame's own is a proxy's, or a lie.
        if (mayLearn && mac == source && !dryRun)
            neighbours.learn(hi, lo, vlan, mac, inPort, settings.neighbourLimit(), nowMs, settings.ageingMs());
        return AddressResolution.PASS;
    }

    /** Not if the owner's port is down, or it was not heard for the ageing time; nor between ports of the same station. */
    private static boolean isContested(SwitchSnapshot snapshot, int inPort, int ownerPort) {
        if (ownerPort == MacTable.MISS) return false;
        PortSettings owner = snapshot.port(ownerPort);
        if (ownerPort == inPort || owner == null) return true;
        String station = owner.station();
        return station.isEmpty() || !station.equals(snapshot.port(inPort).station());
    }
}
