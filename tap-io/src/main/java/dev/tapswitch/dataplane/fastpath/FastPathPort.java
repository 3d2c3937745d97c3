package dev.tapswitch.dataplane.fastpath;

/**
 * A port of a switch: a veth pair whose host end has our program, and a TAP as its slow path, both in the same namespace. Interfaces are given by
 * their index there.
 *
 * @param switchId identifies the switch; frames are forwarded only between ports of one switch
 * @param hostEnd index of the host end of the veth pair
 * @param tap index of the slow-path TAP
 * @param mtu maximum payload of a frame to this port, bytes (without Ethernet header and VLAN tag)
 * @param isPeerReachable whether frames may be delivered directly to the far end (bpf_redirect_peer): it is in another namespace, no queueing
 *     discipline of the host end limits what it receives, and it has no native XDP program
 * @param isSlow whether all frames from and to this port go to userspace, because a rule, a trace or a mirror needs them
 * @param isIsolated whether no frames pass between this port and other isolated ports
 */
public record FastPathPort(
        int switchId, int hostEnd, int tap, int mtu, boolean isPeerReachable, boolean isSlow, boolean isIsolated) {
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65_535;

    public FastPathPort {
        if (hostEnd <= 0 || tap <= 0 || hostEnd == tap) {
            throw new IllegalArgumentException("host end " + hostEnd + ", tap " + tap + ": expected two interfaces");
        }
        if (mtu < MIN_MTU || mtu > MAX_MTU) throw new IllegalArgumentException("mtu " + mtu);
    }

    public FastPathPort(int switchId, int hostEnd, int tap, int mtu) {
        this(switchId, hostEnd, tap, mtu, true, false, false);
    }

    int flags() {
        return (isPeerReachable ? Flag.PEER : 0) | (isSlow ? Flag.SLOW : 0) | (isIsolated ? Flag.ISOLATED : 0);
    }

    int maxLength() {
        return mtu + Packet.ETHERNET_HEADER;
    }

    static FastPathPort of(PortMap.Value entry) {
        return new FastPathPort(
                entry.switchId(),
                entry.ifindex(),
                entry.out(),
                entry.maxLength() - Packet.ETHERNET_HEADER,
                (entry.flags() & Flag.PEER) != 0,
                (entry.flags() & Flag.SLOW) != 0,
                (entry.flags() & Flag.ISOLATED) != 0);
    }
}
