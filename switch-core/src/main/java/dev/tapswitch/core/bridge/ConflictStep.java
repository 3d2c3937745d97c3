package dev.tapswitch.core.bridge;

import java.lang.foreign.MemorySegment;

/** What a worker has to do next about an address that two stations claim; see {@link Forwarder#nextStep}. */
public sealed interface ConflictStep {
    /** Send this frame, complete and without a virtio header, to the port: it probes the address's owner. */
    record Probe(int port, MemorySegment frame, int length) implements ConflictStep {}

    /** Forward this frame as if it arrived on the port now: it was held, and its claim was granted. */
    record Release(int port, MemorySegment frame, int length) implements ConflictStep {}
}
