package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import java.lang.foreign.MemorySegment;

/** Explains what would happen to a frame, and why. Learns, counts and sends nothing. Must be called by control threads. */
public final class Explainer {
    /**
     * A decision and its explanation.
     *
     * @param why a sentence for users
     */
    public record Explanation(Decision decision, boolean sourceWouldBeLearned, String why) {}

    private Explainer() {}

    /** Explains what would happen to the frame at {@code memory[offset, offset + length)} on {@code inPort}. */
    public static Explanation explain(
            LearningSwitch owner, int inPort, MemorySegment memory, long offset, int length, long nowMs) {
        SwitchSnapshot snapshot = owner.snapshot();
        Forwarder forwarder = owner.dryRun();
        forwarder.beginBatch(snapshot, inPort, nowMs);
        Decision decision = Decision.of(forwarder.decide(memory, offset, length), snapshot);
        EthernetFrame frame = new EthernetFrame().wrap(memory, offset, length);
        boolean learned = !frame.isTruncated() && wouldLearn(owner, snapshot, inPort, frame);
        return new Explanation(decision, learned, why(decision, snapshot, frame));
    }

    /** Why a decision was made, also for frames that were forwarded. {@code frame} may be truncated after its headers. */
    public static String why(Decision decision, SwitchSnapshot snapshot, EthernetFrame frame) {
        return switch (decision) {
            case Decision.Drop(var reason) -> "dropped: " + reason.meaning();
            case Decision.Reply() -> "the switch replies for a known neighbour (arp: reply)";
            case Decision.Punt(var rule) -> "a protocol of the switch receives it";
            case Decision.Consume() -> "it is addressed to the switch itself, for example a reply to its probe";
            case Decision.Forward(var port) -> forwardReason(frame) + name(snapshot, port);
            case Decision.Flood(var ports) -> floodReason(frame) + " goes to " + ports.size() + " ports";
        };
    }

    private static String forwardReason(EthernetFrame frame) {
        return MacAddress.isMulticast(frame.destination())
                ? "a request for a known neighbour goes to its port only: "
                : "the destination is known on ";
    }

    private static String floodReason(EthernetFrame frame) {
        long destination = frame.destination();
        if (frame.etherType() == EtherType.ARP && MacAddress.isMulticast(destination)) {
            return "ARP about a neighbour that is not known, or an announcement,";
        }
        if (destination == MacAddress.BROADCAST) return "a broadcast";
        return MacAddress.isMulticast(destination) ? "a multicast" : "an unknown destination";
    }

    private static String name(SwitchSnapshot snapshot, int port) {
        PortSettings settings = snapshot.port(port);
        return settings == null ? "a port that was removed" : settings.name();
    }

    private static boolean wouldLearn(LearningSwitch owner, SwitchSnapshot snapshot, int inPort, EthernetFrame frame) {
        PortSettings port = snapshot.port(inPort);
        long source = frame.source();
        if (port == null
                || source == 0
                || MacAddress.isMulticast(source)
                || MacAddress.isReserved(frame.destination())) {
            return false;
        }
        int outcome = owner.macTable().wouldLearn(source, frame.vlan(), inPort, port.learningLimit());
        return outcome == MacTable.LEARNED || outcome == MacTable.MOVED;
    }
}
