package dev.tapswitch.dataplane.fastpath;

/** The bits of the flags of ports and stations in the maps. */
final class Flag {
    /**
     * Of a station: its MAC is that of the interface at the far end of the port's veth pair. Of a port: its far end is in another namespace, and
     * frames to it may bypass the host end's queueing discipline. bpf_redirect_peer is used only if both have the flag.
     */
    static final int PEER = 1;
    /**
     * Of a port or a station: every frame from it or to it goes to userspace. The program sets the flag of a station when a frame from its MAC
     * arrives on another port, because the station may have moved.
     */
    static final int SLOW = 2;
    /** Of a port: frames between two isolated ports go to userspace, which drops and counts them. */
    static final int ISOLATED = 4;

    /** Of a station: it is bound to its port, so a frame from its MAC on another port does not set {@link #SLOW}. */
    static final int BOUND = 8;

    private Flag() {}
}
