package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.linux.tc.RateLimit;

/**
 * The capability "bandwidth", in the words of CNI's conventions: bits per second, and bits. An interface's ingress is what its container
 * receives.
 */
record Bandwidth(RateLimit ingress, RateLimit egress) {
    /** The most that the kernel's token bucket can hold; runtimes ask for 2^31 bits or more where they want no bound. */
    private static final long MOST_BURST = 0xFFFF_FFFFL * Byte.SIZE;

    /** {@code ingressRate, ingressBurst, egressRate, egressBurst}; what is missing is no limit. */
    static Bandwidth of(Json said) throws CniException {
        return new Bandwidth(limit(said, "ingress"), limit(said, "egress"));
    }

    private static RateLimit limit(Json said, String direction) throws CniException {
        long rate = said.path(direction + "Rate").asLong(0);
        long burst = said.path(direction + "Burst").asLong(0);
        if (rate == 0 && burst == 0) return RateLimit.NONE;
        try {
            if (rate == 0 || burst == 0) {
                throw new IllegalArgumentException("expected both a rate and a burst, not one of them");
            }
            return new RateLimit(rate, Math.min(burst, MOST_BURST));
        } catch (IllegalArgumentException e) {
            throw new CniException(
                    CniException.INVALID_CONFIG,
                    "bandwidth: " + direction + "Rate " + rate + ", " + direction + "Burst " + burst + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
