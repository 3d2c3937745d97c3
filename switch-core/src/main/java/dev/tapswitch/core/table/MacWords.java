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
    /** A tick is 128 ms: a hot entry's cache line is written 8 times a second at most, and shared otherwise. */
    private static final int TICK_SHIFT = 7;

    private MacWords() {}

    static long key(long mac, int vlan) {
        return OCCUPIED | (long) (vlan & 0xFFF) << 48 | mac;
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

    static boolean isExpired(long value, long nowMs, long ageingMs) {
        return !isStatic(value) && ageMs(value, nowMs) > ageingMs;
    }

    /** Age with the resolution of a tick. Ticks wrap after 17 years; a worker's clock may be a batch behind the control thread's: 0 then. */
    static long ageMs(long value, long nowMs) {
        int ticks = (int) (nowMs >>> TICK_SHIFT) - (int) value;
        return Math.max(0, (long) ticks << TICK_SHIFT);
    }
}
