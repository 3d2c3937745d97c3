package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826) viewed in place. A flyweight, not thread-safe. Call {@link #isValid} first: the other accessors
 * require that it returns true.
 */
public final class ArpPacket {
    /** Length of an ARP packet without padding, bytes. */
    public static final int LENGTH = 28;

    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    /** The first six bytes: hardware type 1 (Ethernet), protocol type IPv4, address lengths 6 and 4. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;
    /** The same with hardware type 6 (IEEE 802), which Linux accepts on Ethernet as well. */
    private static final long IEEE802_IPV4 = 0x0006_0800_0604L;

    private MemorySegment memory;
    private long offset;
    private int length;

    /** Views the payload of a frame that is not truncated. */
    public ArpPacket wrap(EthernetFrame frame) {
        int payload = frame.payloadOffset();
        return wrap(frame.memory(), frame.offset() + payload, frame.length() - payload);
    }

    /** Views the bytes after the Ethernet header; {@code length} may include padding. */
    public ArpPacket wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** Whether it is a complete request or reply for IPv4 over Ethernet. */
    public boolean isValid() {
        if (length < LENGTH) return false;
        long types = Wire.u48(memory, offset);
        return (types == ETHERNET_IPV4 || types == IEEE802_IPV4) && (operation() == REQUEST || operation() == REPLY);
    }

    public int operation() {
        return Wire.u16(memory, offset + 6);
    }

    public long senderMac() {
        return Wire.u48(memory, offset + 8);
    }

    /** The sender's IPv4 address, unsigned 32 bits. */
    public long senderAddress() {
        return Wire.u32(memory, offset + 14);
    }

    public long targetMac() {
        return Wire.u48(memory, offset + 18);
    }

    /** The target's IPv4 address, unsigned 32 bits. */
    public long targetAddress() {
        return Wire.u32(memory, offset + 24);
    }

    /** RFC 5227 1.1: a request whose sender address is 0.0.0.0 asks whether the target address is in use. */
    public boolean isProbe() {
        return operation() == REQUEST && senderAddress() == 0;
    }

    /** RFC 5227 1.1 and 3: equal sender and target addresses are an announcement, in a request or a reply. */
    public boolean isAnnouncement() {
        return senderAddress() == targetAddress();
    }
}
