package dev.tapswitch.dataplane.fastpath;

/**
 * The counters of a port in the fast path since the port was added, counted as in userspace: a super-frame counts as one frame, and bytes include the
 * Ethernet header and the VLAN tag. Userspace counts the frames that it receives itself; {@code slowFrames} is only their number.
 *
 * @param rxFrames frames from this port that the fast path forwarded
 * @param txFrames frames to this port that the fast path forwarded
 * @param slowFrames frames from this port that went to userspace
 */
public record FastPathCounters(long rxFrames, long rxBytes, long txFrames, long txBytes, long slowFrames) {}
