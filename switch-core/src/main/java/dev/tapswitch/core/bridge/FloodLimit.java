package dev.tapswitch.core.bridge;

import java.util.Arrays;

/** Limits the rate of flooded requests for unknown targets: a token bucket per port that holds the tokens of one second. Must be used on the worker thread. */
final class FloodLimit {
    private static final int TOKENS_PER_FRAME = 1000;

    private long[] tokens = new long[0];
    private long[] refilledMs = new long[0];

    /** Whether another request may be flooded now; {@code perSecond}: 0 for no limit. */
    boolean admits(int port, int perSecond, long nowMs) {
        if (perSecond == 0) return true;
        if (port >= tokens.length) grow(port, nowMs);
        // A frame costs 1,000 tokens and each millisecond adds perSecond tokens: no division, and no rounding error.
        long full = (long) perSecond * TOKENS_PER_FRAME;
        long elapsedMs = Math.min(1000, Math.max(0, nowMs - refilledMs[port]));
        long available = Math.min(full, tokens[port] + elapsedMs * perSecond);
        refilledMs[port] = nowMs;
        boolean admitted = available >= TOKENS_PER_FRAME;
        tokens[port] = admitted ? available - TOKENS_PER_FRAME : available;
        return admitted;
    }

    private void grow(int port, long nowMs) {
        int before = tokens.length;
        int after = Math.max(port + 1, before * 2);
        tokens = Arrays.copyOf(tokens, after);
        refilledMs = Arrays.copyOf(refilledMs, after);
        // A new port starts with a full bucket.
        Arrays.fill(tokens, before, after, Long.MAX_VALUE / 4);
        Arrays.fill(refilledMs, before, after, nowMs);
    }
}
