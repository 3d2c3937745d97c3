package dev.tapswitch.benchmarks.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Builds frames in off-heap memory, where workers have them. */
final class FrameBytes {
    static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private FrameBytes() {}

    /** An Ethernet frame of {@code length} bytes: addresses, ethertype, then {@code payload} in hexadecimal and zeros. */
    static MemorySegment frame(long destination, long source, int etherType, int length, String payload) {
        MemorySegment memory = Arena.global().allocate(length, 64);
        put(memory, 0, "%012x%012x%04x".formatted(destination, source, etherType) + payload.replace(" ", ""));
        return memory;
    }

    /** An ARP request (RFC 826) for {@code target}. The addresses are IPv4, in the low 32 bits. */
    static MemorySegment arpRequest(long source, long sender, long target) {
        return frame(
                BROADCAST,
                source,
                0x0806,
                60,
                "0001 0800 06 04 0001 %012x %08x 000000000000 %08x".formatted(source, sender, target));
    }

    /** Writes bytes in hexadecimal, with or without blanks, into memory. */
    static void put(MemorySegment memory, long offset, String hexadecimal) {
        byte[] bytes = HexFormat.of().parseHex(hexadecimal.replace(" ", ""));
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }
}
