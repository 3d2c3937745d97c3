package dev.tapswitch.core.bridge;

/**
 * Remembers which neighbours were asked directly of late, so that a stale entry can't hide an address's new owner: when the known owner
 * has not been heard since it was first asked, and the asker tries again a second later, the request floods.
 *
 * <p>Small and forgetful: two targets in one cell push each other out, which only delays the flood. Its worker's alone.
 */
final class UnansweredRequests {
    /** RFC 1122 2.3.2.1 asks for at most one request per second and target; Linux retries after 1 s. */
    static final long PATIENCE_MS = 900;

    private static final int CELLS = 1024;

    private final long[] targets = new long[CELLS];
    private final long[] askedMs = new long[CELLS];

    /**
     * Notes a direct request; whether it is time to flood instead.
     *
     * @param heardMs when the neighbour was last heard, on the clock of {@code nowMs}
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
        return nowMs - askedMs[cell] >= PATIENCE_MS;
    }

    private static long hash(long hi, long lo, int vlan) {
        long h = (hi * 31 + lo) * 31 + vlan;
        h = (h ^ h >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return (h ^ h >>> 29) | 1L << 63;
    }
}
