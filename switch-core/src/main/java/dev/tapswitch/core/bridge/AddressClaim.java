package dev.tapswitch.core.bridge;

/**
 * A claim of an address that belongs to another station, and what became of it; for people. Addresses are two big-endian halves, IPv4 as the
 * IPv4-mapped IPv6 one.
 *
 * @param owner the MAC that had the address
 * @param ownerPort the owner's port index, -1 where it is not known
 * @param claimant the MAC that the claim named
 * @param port the port index that the claim came in on
 */
public record AddressClaim(
        long hi, long lo, int vlan, long owner, int ownerPort, long claimant, int port, Outcome outcome) {
    /** What became of a claim. */
    public enum Outcome {
        /** The address is bound: the claim was dropped. */
        BOUND,
        /** The owner answered that it is still there: the claim was dropped. */
        DEFENDED,
        /** The owner was silent: the address is the claimant's now. */
        MOVED
    }
}
