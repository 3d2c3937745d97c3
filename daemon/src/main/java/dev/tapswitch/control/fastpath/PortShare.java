package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPathCounters;

/**
 * A port's part in the fast path.
 *
 * @param counters what the kernel has counted
 * @param stations its stations whose frames the kernel forwards
 * @param whySlow why all of its frames go to userspace now; empty if they do not
 */
public record PortShare(FastPathCounters counters, int stations, String whySlow) {}
