package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.Field;

/**
 * Offsets of header fields in a packet. A program does not swap bytes after a load, so constants have the value that a little-endian machine loads
 * from a field in network byte order.
 */
final class Packet {
    static final int ETHERNET_HEADER = 14;
    /** The destination in the low 48 bits, the first two bytes of the source in the high 16 bits. */
    static final Field DESTINATION = Field.u64("destination", 0);
    /** The source in the low 48 bits, the ethertype in the high 16 bits. */
    static final Field SOURCE = Field.u64("source", 6);
    /** IEEE 802.3 3.2.3: the first bit of an address on the wire. */
    static final int GROUP_BIT = 1;

    static final int ADDRESS_BITS = 48;

    // RFC 791 3.1
    static final int IPV4_HEADER = 20;
    static final Field IPV4_VERSION_LENGTH = Field.u8("version, ihl", ETHERNET_HEADER);
    /** Version 4, and 20 bytes: no options. */
    static final int IPV4_WITHOUT_OPTIONS = 0x45;

    static final Field IPV4_PROTOCOL = Field.u8("protocol", ETHERNET_HEADER + 9);

    // RFC 8200 3
    static final int IPV6_HEADER = 40;
    static final Field IPV6_VERSION = Field.u8("version", ETHERNET_HEADER);
    static final Field IPV6_NEXT_HEADER = Field.u8("next header", ETHERNET_HEADER + 6);

    // IANA "Assigned Internet Protocol Numbers"
    static final int IGMP = 2;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;

    /** Length of the source and the destination port of UDP or TCP together, bytes. */
    static final int PORTS = 4;

    static final Field TCP_DATA_OFFSET = Field.u8("data offset", 12);
    static final int TCP_HEADER = 20;

    /** BOOTP and DHCP (RFC 2131 4.1), DHCPv6 (RFC 8415 7.2): a server's and a client's port. */
    static final int[] DHCP = {67, 68};

    static final int[] DHCPV6 = {546, 547};

    private Packet() {}

    /** The value that a load returns for this 16-bit number in network byte order. */
    static int network16(int value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }

    static Field sourcePort(int transport) {
        return Field.u16("source port", transport);
    }

    static Field destinationPort(int transport) {
        return Field.u16("destination port", transport + 2);
    }

    static Field tcpDataOffset(int transport) {
        return Field.u8("data offset", transport + TCP_DATA_OFFSET.offset());
    }

    static Field icmpType(int transport) {
        return Field.u8("type", transport);
    }
}
