package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An address that a station on one port claims while it belongs to another station. Reused after it was closed. Must be used on the worker thread. */
final class AddressConflict {
    /** Maximum length of a stored claim: an ARP packet or a Neighbour Discovery message with its options and two tags. */
    private static final int MAX_FRAME = 256;

    long hi;
    long lo;
    int vlan;
    /** The port that the claim came from. The name shows whether the index still refers to the same port. */
    int port;

    String portName;
    long claimant;
    /** Whether the claim was sent by the MAC that it names, so that the table may learn it. */
    boolean isLearnable;

    long owner;
    /** Probes sent since {@code probedMs}; 0 while the owner is not being probed. */
    int probes;

    long probedMs;
    /** How often the owner has replied. */
    int replies;

    boolean isClaimedAgain;
    long dueMs;
    boolean isOpen;

    final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME, 8);
    int frameLength;
    private boolean isAnnouncement;

    boolean isAbout(long otherHi, long otherLo, int otherVlan, int otherPort) {
        return isOpen && hi == otherHi && lo == otherLo && vlan == otherVlan && port == otherPort;
    }

    void open(NeighbourClaim claim, int inPort, String inPortName, long nowMs) {
        hi = claim.hi;
        lo = claim.lo;
        vlan = claim.vlan;
        port = inPort;
        portName = inPortName;
        owner = -1;
        probes = 0;
        replies = 0;
        dueMs = nowMs;
        frameLength = 0;
        isOpen = true;
    }

    /** Stores the claim. An announcement is not replaced by another frame, because it corrects every cache when it is released. */
    void keep(NeighbourClaim claim, EthernetFrame claimFrame) {
        isClaimedAgain = true;
        if (frameLength > 0 && isAnnouncement && !claim.isAnnouncement) return;
        int length = claimFrame.copyTo(frame);
        if (length == 0) return;
        claimant = claim.mac;
        isLearnable = claim.mac == claimFrame.source();
        isAnnouncement = claim.isAnnouncement;
        frameLength = length;
    }
}
