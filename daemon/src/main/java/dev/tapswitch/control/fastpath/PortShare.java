package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPathCounters;

/**
 * A port's part in the fast path.
 *
 * @param counters the kernel's counts of the port's frames
 * @param stations the number of stations behind the port that are in the kernel's map
 * @param whySlow why all of its frames go to userspace now; empty if they do not
 */
public record PortShare(FastPathCounters counters, int stations, String whySlow) {}
