package dev.tapswitch.core.bridge;

/**
 * Remembers the recent requests that were forwarded to a known neighbour only, so that a stale entry can't hide an address's new owner: if the neighbour has
 * sent nothing since the first request, and the requester repeats it a second later, the request is flooded.
 *
 * <p>A small hash table without collision handling: two targets in one cell replace each other, which only delays the flood. Must be used on the
 * worker thread.
 */
final class UnansweredRequests {
    /** RFC 1122 2.3.2.1 allows one request per second and target; Linux repeats a request after 1 s. */
    static final long FLOOD_AFTER_MS = 900;

    private static final int CELLS = 1024;

    private final long[] targets = new long[CELLS];
    private final long[] askedMs = new long[CELLS];

    /**
     * Records a request; returns whether it must be flooded.
     *
     * @param heardMs when the neighbour last sent a frame, on the clock of {@code nowMs}
     */
    boolean shouldFlood(long targetHi, long targetLo, int vlan, long heardMs, long nowMs) {
        long target = hash(targetHi, targetLo, vlan);
        int cell = (int) target & CELLS - 1;
        boolean first = targets[cell] != target || heardMs >= askedMs[cell];
        if (first) {
            targets[cell] = target;
            askedMs[cell] = nowMs;
            return false;
        }
        return nowMs - askedMs[cell] >= FLOOD_AFTER_MS;
    }

    private static long hash(long hi, long lo, int vlan) {
        long h = (hi * 31 + lo) * 31 + vlan;
        h = (h ^ h >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return (h ^ h >>> 29) | 1L << 63;
    }
}
