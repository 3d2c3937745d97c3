package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.net.MacAddress;

/**
 * Which frames belong to a protocol of the control side. A frame that matches is not forwarded. Only frames to multicast addresses and to the switch
 * itself are compared with rules.
 *
 * @param destination the group address, for example 01:80:C2:00:00:00 (STP); {@link #ANY} for every address
 * @param etherType the type behind the VLAN tags, for example 0x88CC (LLDP); {@link #ANY} for every type, for example if the frames have a length
 *     field there (IEEE 802.3 3.2.6)
 */
public record PuntRule(long destination, int etherType) {
    /** Instead of an address or a type: every value matches. */
    public static final int ANY = -1;

    private static final int MAX_TYPE = 0xFFFF;

    public PuntRule {
        if (destination == ANY && etherType == ANY)
            throw new IllegalArgumentException("a punt rule needs an address or a type");
        if (destination != ANY && (destination >>> 48 != 0 || !MacAddress.isMulticast(destination)))
            throw new IllegalArgumentException("a punt rule's address must be a group address");
        if (etherType < ANY || etherType > MAX_TYPE)
            throw new IllegalArgumentException(etherType + " is not an ethertype");
    }

    /** Whether the frame belongs to the protocol. It must not be truncated. */
    public boolean matches(EthernetFrame frame) {
        return (destination == ANY || destination == frame.destination())
                && (etherType == ANY || etherType == frame.etherType());
    }
}
