package dev.tapswitch.core.bridge;

import java.util.List;

/** A forwarding decision spelled out, for people and tests; on the hot path it is the int that {@link Forwarder#decide} returns. */
public sealed interface Decision {
    /** To one port. */
    record Forward(int port) implements Decision {}

    /** To all of these. */
    record Flood(List<Integer> ports) implements Decision {}

    /** The switch answers to the port the frame came in on. */
    record Reply() implements Decision {}

    /** To the switch itself, which needs it no more. */
    record Consume() implements Decision {}

    /** Nowhere. */
    record Drop(DropReason reason) implements Decision {}

    /** What {@code decision} means for a frame that came in on {@code inPort}. */
    static Decision of(int decision, SwitchSnapshot snapshot, int inPort) {
        if (decision >= 0) return new Forward(decision);
        if (decision == Forwarder.REPLY) return new Reply();
        if (decision == Forwarder.CONSUME) return new Consume();
        if (Forwarder.isDrop(decision)) return new Drop(Forwarder.dropReason(decision));
        return new Flood(java.util.stream.IntStream.range(0, snapshot.floodPortCount())
                .map(snapshot::floodPort)
                .filter(port -> snapshot.mayPass(inPort, port))
                .boxed()
                .toList());
    }
}
