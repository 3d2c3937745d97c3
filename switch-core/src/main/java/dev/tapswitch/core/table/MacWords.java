package dev.tapswitch.core.table;

/**
 * The two words of a MAC table's slot. Key: occupied (63), VLAN (48 to 59), MAC (0 to 47). Value: live (63), static (62), the slot's version (48
 * to 61), port (32 to 47), tick (0 to 31).
 */
final class MacWords {
    static final long LIVE = 1L << 63;
    static final long STATIC = 1L << 62;
    static final int VERSION_SHIFT = 48;
    static final long VERSION_MASK = 0x3FFFL;

    private static final long OCCUPIED = 1L << 63;
    private static final int PORT_SHIFT = 32;
    /** A tick is 128 ms, so that the cache line of a busy entry is written at most 8 times a second, and shared between CPUs otherwise. */
    private static final int TICK_SHIFT = 7;

    private MacWords() {}

    static long key(long mac, int vlan) {
        return OCCUPIED | (long) (vlan & 0xFFF) << 48 | mac;
    }

    static long mac(long key) {
        return key & 0xFFFF_FFFF_FFFFL;
    }

    static int vlan(long key) {
        return (int) (key >>> 48) & 0xFFF;
    }

    static int port(long value) {
        return (int) (value >>> PORT_SHIFT) & 0xFFFF;
    }

    static boolean isStatic(long value) {
        return (value & STATIC) != 0;
    }

    static long portAndTick(int port, long nowMs) {
        return (long) port << PORT_SHIFT | nowMs >>> TICK_SHIFT & 0xFFFF_FFFFL;
    }

    /** Whether two values of a slot, read one after the other, belong to the same insertion, and are both live or both dead. */
    static boolean isSameEntry(long value, long later) {
        return ((value ^ later) & (LIVE | VERSION_MASK << VERSION_SHIFT)) == 0;
    }

    /** Whether the value (0 for none) is that of a dynamic entry on this port with the current tick. */
    static boolean isRefreshed(long value, int port, long nowMs) {
        return (value & ~(VERSION_MASK << VERSION_SHIFT)) == (LIVE | portAndTick(port, nowMs));
    }

    static boolean isExpired(long value, long nowMs, long ageingMs) {
        return ageMs(value, nowMs) > ageingMs && !isStatic(value);
    }

    /**
     * The age in milliseconds, with the resolution of a tick. Ticks wrap after 17 years. If {@code nowMs} is before the tick, as a worker's clock may
     * lag by one batch, the age is 0.
     */
    static long ageMs(long value, long nowMs) {
        int ticks = (int) (nowMs >>> TICK_SHIFT) - (int) value;
        return Math.max(0, (long) ticks << TICK_SHIFT);
    }
}
