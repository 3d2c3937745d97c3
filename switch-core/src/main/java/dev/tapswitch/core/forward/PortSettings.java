package dev.tapswitch.core.forward;

/**
 * What the forwarding decision needs to know of a port; part of the snapshot that workers read.
 *
 * @param name the port's name, unique in its switch
 * @param mtu largest payload a frame may carry to this port, bytes (Ethernet header and one VLAN tag not counted)
 * @param offload whether the port's device takes super-frames and partial checksums; where false, both are completed in software before it
 * @param hairpin whether a frame may leave by this port when it came in on it
 * @param isolated whether frames never pass between this port and others that are isolated, too (a private VLAN's, RFC 5517 3)
 * @param learningLimit most MAC entries learned on this port; 0 for no limit
 * @param dropBeyondLimit at the limit, drop frames from unlearned sources instead of forwarding them unlearned
 */
public record PortSettings(
        String name,
        int mtu,
        boolean offload,
        boolean hairpin,
        boolean isolated,
        int learningLimit,
        boolean dropBeyondLimit) {
    public PortSettings {
        if (name.isBlank()) throw new IllegalArgumentException("a port needs a name");
        if (mtu < 68 || mtu > 65_521) throw new IllegalArgumentException("MTU must be 68 to 65521");
        if (learningLimit < 0) throw new IllegalArgumentException("learning limit must be 0 or more");
    }

    public static PortSettings of(String name, int mtu) {
        return new PortSettings(name, mtu, true, false, false, 0, false);
    }
}
