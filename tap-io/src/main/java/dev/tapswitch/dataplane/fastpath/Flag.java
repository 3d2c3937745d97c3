package dev.tapswitch.dataplane.fastpath;

/** The bits of the flags of ports and stations in the maps. */
final class Flag {
    /**
     * Of a station: its MAC is the interface's at the far end of the port's veth pair. Of a port: its far end is in another namespace, and may get frames
     * without passing the host end's queueing discipline. Both together permit bpf_redirect_peer.
     */
    static final int PEER = 1;
    /** Every frame from or to here goes to userspace. The program sets it for a station whose frame comes in by another port than the station's: it may have moved. */
    static final int SLOW = 2;
    /** Of a port: frames between two isolated ports go to userspace, which drops and counts them. */
    static final int ISOLATED = 4;

    /** Of a station: userspace will not let it move, so that a frame of it on another port changes nothing. */
    static final int BOUND = 8;

    private Flag() {}
}
