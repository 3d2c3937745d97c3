package dev.tapswitch.core.bridge;

import java.util.List;
import java.util.stream.IntStream;

/** A forwarding decision spelled out, for users and tests. The data path uses the int that {@link Forwarder#decide} returns, a {@link Verdict}. */
public sealed interface Decision {
    /** The frame is sent to one port. */
    record Forward(int port) implements Decision {}

    /** The frame is sent to all of these ports. */
    record Flood(List<Integer> ports) implements Decision {}

    /** The switch replies to the ingress port. */
    record Reply() implements Decision {}

    /** The frame was addressed to the switch and needs no further handling. */
    record Consume() implements Decision {}

    /** The frame is handed to a protocol of the control side; {@code rule} is the number of the protocol's rule. */
    record Punt(int rule) implements Decision {}

    /** The frame is dropped. */
    record Drop(DropReason reason) implements Decision {}

    /** The meaning of a {@link Verdict} under a snapshot. */
    static Decision of(int verdict, SwitchSnapshot snapshot) {
        if (Verdict.isPort(verdict)) return new Forward(verdict);
        if (verdict == Verdict.REPLY) return new Reply();
        if (verdict == Verdict.CONSUME) return new Consume();
        if (Verdict.isPunt(verdict)) return new Punt(Verdict.puntRule(verdict));
        if (Verdict.isDrop(verdict)) return new Drop(Verdict.dropReason(verdict));
        PortSet set = snapshot.portSet(Verdict.portSet(verdict));
        return new Flood(IntStream.range(0, set.size()).map(set::port).boxed().toList());
    }
}
