package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.linux.tc.RateLimit;

/**
 * The rate limits of the capability "bandwidth" (CNI conventions), in bits per second and bits.
 *
 * @param ingress what the container receives
 * @param egress what the container sends
 */
record Bandwidth(RateLimit ingress, RateLimit egress) {
    /** The largest burst of the kernel's token bucket, in bits. Larger requests are reduced to it: runtimes send 2^31 bits or more when they want no bound. */
    private static final long MAX_BURST = 0xFFFF_FFFFL * Byte.SIZE;

    /** Reads {@code ingressRate, ingressBurst, egressRate, egressBurst}. A direction without them has no limit. */
    static Bandwidth of(Json json) throws CniException {
        return new Bandwidth(limit(json, "ingress"), limit(json, "egress"));
    }

    private static RateLimit limit(Json json, String direction) throws CniException {
        long rate = json.path(direction + "Rate").asLong(0);
        long burst = json.path(direction + "Burst").asLong(0);
        if (rate == 0 && burst == 0) return RateLimit.NONE;
        try {
            if (rate == 0 || burst == 0) {
                throw new IllegalArgumentException("expected both a rate and a burst");
            }
            return new RateLimit(rate, Math.min(burst, MAX_BURST));
        } catch (IllegalArgumentException e) {
            throw new CniException(
                    CniException.INVALID_CONFIG,
                    "bandwidth: " + direction + "Rate " + rate + ", " + direction + "Burst " + burst + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
