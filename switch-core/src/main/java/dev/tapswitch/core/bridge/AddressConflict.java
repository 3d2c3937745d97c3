package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An address that a station behind one port claims while another has it. Reused when it is closed; only its worker may use it. */
final class AddressConflict {
    /** Longest claim that is kept: an ARP packet or a Neighbour Discovery message with its options and two tags. */
    private static final int MAX_FRAME = 256;

    long hi;
    long lo;
    int vlan;
    /** Where the claim came in; the name tells whether the index still means the same port. */
    int port;

    String portName;
    long claimant;
    /** Whether the claim came from the MAC that it names, so that the table may learn it. */
    boolean isLearnable;

    long owner;
    /** Probes sent since {@code askedMs}; 0 while the owner is not being asked. */
    int probes;

    long askedMs;
    /** How often the owner has answered. */
    int answers;

    boolean isClaimedAgain;
    long dueMs;
    boolean isOpen;

    final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME, 8);
    int frameLength;
    private boolean isAnnouncement;

    boolean isAbout(long itsHi, long itsLo, int itsVlan, int itsPort) {
        return isOpen && hi == itsHi && lo == itsLo && vlan == itsVlan && port == itsPort;
    }

    void open(long itsHi, long itsLo, int itsVlan, int itsPort, String itsPortName, long nowMs) {
        hi = itsHi;
        lo = itsLo;
        vlan = itsVlan;
        port = itsPort;
        portName = itsPortName;
        owner = -1;
        probes = 0;
        answers = 0;
        dueMs = nowMs;
        frameLength = 0;
        isOpen = true;
    }

    /** Keeps the claim. An announcement is kept rather than another: it corrects every cache when it is released. */
    void keep(long mac, EthernetFrame claim, boolean announces) {
        isClaimedAgain = true;
        if (frameLength > 0 && isAnnouncement && !announces) return;
        int length = claim.copyTo(frame);
        if (length == 0) return;
        claimant = mac;
        isLearnable = mac == claim.source();
        isAnnouncement = announces;
        frameLength = length;
    }
}
