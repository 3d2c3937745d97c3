package dev.tapswitch.core.table;

/**
 * The words of a neighbour table's slot: one contains MAC and VLAN, the other (meta) a live bit, a static bit, the port and the tick of the neighbour's last
 * message. A tick is 128 ms.
 */
final class NeighbourWords {
    /** The port of a static entry. */
    static final int NO_PORT = 0xFFFF;

    private static final long LIVE = 1L << 63;
    private static final long STATIC = 1L << 62;
    private static final int PORT_SHIFT = 32;
    private static final int TICK_SHIFT = 7;

    private NeighbourWords() {}

    static long macVlan(long mac, int vlan) {
        return (long) vlan << 48 | mac;
    }

    static long mac(long macVlan) {
        return macVlan & 0xFFFF_FFFF_FFFFL;
    }

    static int vlan(long macVlan) {
        return (int) (macVlan >>> 48);
    }

    static int port(long meta) {
        return (int) (meta >>> PORT_SHIFT) & 0xFFFF;
    }

    static boolean isStatic(long meta) {
        return (meta & STATIC) != 0;
    }

    /** The meta word of a dynamic entry that was refreshed on the port now. */
    static long dynamicMeta(int port, long nowMs) {
        return LIVE | portAndTick(port, nowMs);
    }

    private static long portAndTick(int port, long nowMs) {
        return (long) port << PORT_SHIFT | nowMs >>> TICK_SHIFT & 0xFFFF_FFFFL;
    }

    static long staticMeta(long nowMs) {
        return LIVE | STATIC | portAndTick(NO_PORT, nowMs);
    }

    /** Whether an entry was refreshed in the tick of {@code sinceMs} or later. */
    static boolean isAtOrAfter(long meta, long sinceMs) {
        return (int) meta - (int) (sinceMs >>> TICK_SHIFT) >= 0;
    }

    static boolean isOlder(long meta, long other) {
        return (int) meta - (int) other < 0;
    }

    static boolean isExpired(long meta, long nowMs, long ageingMs) {
        return !isStatic(meta) && ageOf(meta, nowMs) > ageingMs;
    }

    static long ageOf(long meta, long nowMs) {
        int ticks = (int) (nowMs >>> TICK_SHIFT) - (int) meta;
        return Math.max(0, (long) ticks << TICK_SHIFT);
    }
}
