package dev.tapswitch.dataplane.fastpath;

/**
 * What the programs have counted of a port since it was added, as userspace counts: a super-frame is one frame, bytes include the Ethernet header and the tag.
 * Frames that went to userspace are counted there; here only how many they are.
 *
 * @param rxFrames forwarded by the fast path, from this port
 * @param txFrames forwarded by the fast path, to this port
 * @param slowFrames that came in and went to userspace
 */
public record FastPathCounters(long rxFrames, long rxBytes, long txFrames, long txBytes, long slowFrames) {}
