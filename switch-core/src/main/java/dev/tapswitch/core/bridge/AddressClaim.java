package dev.tapswitch.core.bridge;

/**
 * A claim of an address that belongs to another station, and its outcome; for logs. Addresses are two big-endian halves; an IPv4 address is
 * mapped to IPv6.
 *
 * @param owner the MAC that had the address
 * @param ownerPort the owner's port index, -1 if it is unknown
 * @param claimant the MAC that the claim named
 * @param port the ingress port's index
 */
public record AddressClaim(
        long hi, long lo, int vlan, long owner, int ownerPort, long claimant, int port, Outcome outcome) {
    /** The outcome of a claim. */
    public enum Outcome {
        /** The address is bound: the claim was dropped. */
        BOUND,
        /** The owner replied to the probes: the claim was dropped. */
        DEFENDED,
        /** The owner did not reply: the address moved to the claimant. */
        MOVED
    }
}
