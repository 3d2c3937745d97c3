package dev.tapswitch.dataplane.fastpath;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A frame for tests. Its last four bytes are a unique number, by which a receiver recognises it. Its IP addresses are of 192.0.2.0/24 and 2001:db8::/32, and belong
 * to no container.
 */
final class TestFrame {
    static final int ETHERNET = 14;
    static final int IPV4 = 20;
    static final int IPV6 = 40;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;

    private static final AtomicInteger NUMBERS = new AtomicInteger(0x5453_0000);
    private static final int MIN_LENGTH = 100;

    private final ByteBuffer bytes;
    private final int number = NUMBERS.incrementAndGet();

    private TestFrame(int length) {
        bytes = ByteBuffer.allocate(length);
        bytes.putInt(length - Integer.BYTES, number);
    }

    /** A frame whose payload is empty but for the number. */
    static TestFrame of(long source, long destination, int etherType) {
        return ofLength(MIN_LENGTH, source, destination, etherType);
    }

    private static TestFrame ofLength(int length, long source, long destination, int etherType) {
        TestFrame frame = new TestFrame(length);
        frame.bytes.putLong(0, destination << 16).putLong(4, destination << 48 | source);
        frame.bytes.putShort(12, (short) etherType);
        return frame;
    }

    static TestFrame ipv4(long source, long destination, int protocol) {
        return ipv4(MIN_LENGTH, source, destination, protocol);
    }

    static TestFrame ipv4(int length, long source, long destination, int protocol) {
        TestFrame frame = ofLength(length, source, destination, 0x0800);
        frame.set8(ETHERNET, 0x45).set16(ETHERNET + 2, length - ETHERNET).set8(ETHERNET + 8, 64);
        frame.set8(ETHERNET + 9, protocol);
        frame.bytes.putInt(ETHERNET + 12, 0xc000_0201).putInt(ETHERNET + 16, 0xc000_0202);
        return frame.set16(ETHERNET + 10, frame.headerChecksum());
    }

    static TestFrame ipv6(long source, long destination, int nextHeader) {
        TestFrame frame = ofLength(MIN_LENGTH, source, destination, 0x86dd);
        frame.set8(ETHERNET, 0x60).set16(ETHERNET + 4, MIN_LENGTH - ETHERNET - IPV6);
        frame.set8(ETHERNET + 6, nextHeader).set8(ETHERNET + 7, 255);
        frame.bytes.putInt(ETHERNET + 8, 0x2001_0db8).putInt(ETHERNET + 24, 0x2001_0db8);
        frame.set8(ETHERNET + 23, 1).set8(ETHERNET + 39, 2);
        return frame;
    }

    /** Sets the first four bytes after an IP header without options: the ports, or the type, code and checksum of ICMP. */
    TestFrame transport(int first, int second) {
        int at = ETHERNET + (Short.toUnsignedInt(bytes.getShort(12)) == 0x0800 ? IPV4 : IPV6);
        return set16(at, first).set16(at + 2, second);
    }

    TestFrame set8(int offset, int value) {
        bytes.put(offset, (byte) value);
        return this;
    }

    TestFrame set16(int offset, int value) {
        bytes.putShort(offset, (short) value);
        return this;
    }

    /** RFC 791 3.1. Must be called while the checksum field is 0. */
    private int headerChecksum() {
        int sum = 0;
        for (int i = 0; i < IPV4; i += 2) sum += Short.toUnsignedInt(bytes.getShort(ETHERNET + i));
        return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    }

    /** Returns the frame with a tag after its addresses. */
    byte[] tagged(int tpid, int vlan) {
        return tag(bytes(), tpid, vlan);
    }

    static byte[] tag(byte[] frame, int tpid, int vlan) {
        ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4);
        tagged.put(frame, 0, 12).putShort((short) tpid).putShort((short) vlan).put(frame, 12, frame.length - 12);
        return tagged.array();
    }

    byte[] bytes() {
        return bytes.array().clone();
    }

    /** Whether the bytes are those of this frame, with or without a tag. */
    boolean is(byte[] other) {
        return other.length >= Integer.BYTES && ByteBuffer.wrap(other).getInt(other.length - Integer.BYTES) == number;
    }
}
