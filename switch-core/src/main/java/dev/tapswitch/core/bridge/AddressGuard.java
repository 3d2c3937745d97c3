package dev.tapswitch.core.bridge;

import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.core.table.NeighbourTable;

/**
 * Decides whether a frame may claim that an IP address belongs to a MAC. Stations accept such claims unchecked, so a false claim redirects traffic. A
 * bound address may only be claimed by its MAC. A claim of another station's address is held until that station was probed, see
 * {@link AddressConflicts}. All other claims are learned. Must be called on the worker thread.
 */
final class AddressGuard {
    private final MacTable macs;
    private final NeighbourTable neighbours;
    private final AddressConflicts conflicts;
    private final FrameContext context;
    private final boolean dryRun;

    AddressGuard(
            MacTable macs,
            NeighbourTable neighbours,
            AddressConflicts conflicts,
            FrameContext context,
            boolean dryRun) {
        this.macs = macs;
        this.neighbours = neighbours;
        this.conflicts = conflicts;
        this.context = context;
        this.dryRun = dryRun;
    }

    /** Decides about the claim that the current frame makes, and learns the claim if that is allowed. Returns a drop or {@link AddressResolution#PASS}. */
    int admit(NeighbourClaim claim) {
        int inPort = context.inPort;
        long nowMs = context.nowMs;
        long ageingMs = context.ageingMs;
        long found = neighbours.owner(claim.hi, claim.lo, claim.vlan, nowMs, ageingMs);
        long source = context.frame.source();
        if (found != NeighbourTable.MISS) {
            boolean isBound = (found & NeighbourTable.BOUND) != 0;
            long owner = found & ~NeighbourTable.BOUND;
            if (isBound && (claim.mac != owner || source != owner)) {
                if (!dryRun) conflicts.reportBound(claim, owner, inPort);
                return Verdict.drop(DropReason.ADDRESS_BOUND);
            }
            int ownerPort = claim.mac == owner ? inPort : macs.lookup(owner, claim.vlan, nowMs, ageingMs);
            if (claim.mac != owner && context.settings.neighbourGuard() && isContested(ownerPort)) {
                if (!dryRun) conflicts.hold(claim, context);
                return Verdict.drop(DropReason.ADDRESS_CONFLICT);
            }
        }
        // A MAC other than the frame's source belongs to a proxy, or the claim is forged.
        if (claim.mayLearn && claim.mac == source && !dryRun) {
            int limit = context.settings.neighbourLimit();
            neighbours.learn(claim.hi, claim.lo, claim.vlan, claim.mac, inPort, limit, nowMs, ageingMs);
        }
        return AddressResolution.PASS;
    }

    /**
     * Whether the owner may still use the address. False if the owner's port is down, if the owner sent nothing for the ageing time, or if both ports
     * belong to the same station.
     */
    private boolean isContested(int ownerPort) {
        if (ownerPort == MacTable.MISS) return false;
        PortSettings owner = context.snapshot.port(ownerPort);
        if (ownerPort == context.inPort || owner == null) return true;
        String station = owner.station();
        return station.isEmpty() || !station.equals(context.port.station());
    }
}
