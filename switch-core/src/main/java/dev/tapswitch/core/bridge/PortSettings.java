package dev.tapswitch.core.bridge;

/**
 * The settings of a port that the forwarding decision needs; part of the snapshot that workers read.
 *
 * @param name the port's name, unique in its switch
 * @param mtu maximum payload of a frame to this port, bytes (without Ethernet header and VLAN tags)
 * @param learningLimit maximum number of MAC entries learned on this port; 0 for no limit
 * @param flags set by the {@code with} methods, read by {@link #offload} and the following methods
 * @param station the network namespace of the port's interface, empty if it is unknown: Linux replies for an address on any of a station's
 *     interfaces, so ports of one station may take over each other's addresses
 */
public record PortSettings(String name, int mtu, int learningLimit, int flags, String station) {
    private static final int OFFLOAD = 1;
    private static final int HAIRPIN = 1 << 1;
    private static final int ISOLATED = 1 << 2;
    private static final int DROP_BEYOND_LIMIT = 1 << 3;

    public PortSettings {
        if (name.isBlank()) throw new IllegalArgumentException("a port needs a name");
        if (mtu < 68 || mtu > 65_521) throw new IllegalArgumentException("MTU must be 68 to 65521");
        if (learningLimit < 0) throw new IllegalArgumentException("learning limit must be 0 or more");
    }

    /** A port with the default settings: its device accepts super-frames, and it has no limits. */
    public static PortSettings of(String name, int mtu) {
        return new PortSettings(name, mtu, 0, OFFLOAD, "");
    }

    /** Whether the port's device accepts super-frames and partial checksums. For other devices both are completed in software. */
    public boolean offload() {
        return has(OFFLOAD);
    }

    /** Whether a frame may leave by the port that it arrived on. */
    public boolean hairpin() {
        return has(HAIRPIN);
    }

    /** Whether no frames pass between this port and other isolated ports (like the isolated ports of a private VLAN, RFC 5517 3). */
    public boolean isolated() {
        return has(ISOLATED);
    }

    /** Whether frames from unknown sources are dropped at the learning limit; otherwise they are forwarded and not learned. */
    public boolean dropBeyondLimit() {
        return has(DROP_BEYOND_LIMIT);
    }

    public PortSettings withOffload(boolean offload) {
        return with(OFFLOAD, offload);
    }

    public PortSettings withHairpin(boolean hairpin) {
        return with(HAIRPIN, hairpin);
    }

    public PortSettings withIsolation(boolean isolated) {
        return with(ISOLATED, isolated);
    }

    public PortSettings withLearningLimit(int limit, boolean dropBeyond) {
        return new PortSettings(name, mtu, limit, flags, station).with(DROP_BEYOND_LIMIT, dropBeyond);
    }

    public PortSettings withStation(String namespace) {
        return new PortSettings(name, mtu, learningLimit, flags, namespace);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private PortSettings with(int flag, boolean on) {
        return new PortSettings(name, mtu, learningLimit, on ? flags | flag : flags & ~flag, station);
    }
}
