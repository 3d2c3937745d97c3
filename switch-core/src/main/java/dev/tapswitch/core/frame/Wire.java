package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Unaligned reads and writes of unsigned fields in network byte order (big-endian, RFC 1700). */
final class Wire {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Wire() {}

    static int u8(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    static int u16(MemorySegment memory, long offset) {
        return memory.get(SHORT, offset) & 0xFFFF;
    }

    static long u32(MemorySegment memory, long offset) {
        return memory.get(INT, offset) & 0xFFFF_FFFFL;
    }

    static long u48(MemorySegment memory, long offset) {
        return u32(memory, offset) << 16 | u16(memory, offset + 4);
    }

    static long u64(MemorySegment memory, long offset) {
        return memory.get(LONG, offset);
    }

    static void put8(MemorySegment memory, long offset, int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    static void put16(MemorySegment memory, long offset, int value) {
        memory.set(SHORT, offset, (short) value);
    }

    static void put32(MemorySegment memory, long offset, long value) {
        memory.set(INT, offset, (int) value);
    }

    static void put48(MemorySegment memory, long offset, long value) {
        put32(memory, offset, value >>> 16);
        put16(memory, offset + 4, (int) value & 0xFFFF);
    }

    static void put64(MemorySegment memory, long offset, long value) {
        memory.set(LONG, offset, value);
    }
}
