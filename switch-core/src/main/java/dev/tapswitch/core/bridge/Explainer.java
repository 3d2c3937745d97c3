package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import java.lang.foreign.MemorySegment;

/** Says what would happen to a frame, and why; nothing is learned, counted or sent. Control threads. */
public final class Explainer {
    /**
     * What would happen.
     *
     * @param why a sentence for people
     */
    public record Explanation(Decision decision, boolean sourceWouldBeLearned, String why) {}

    private Explainer() {}

    /** Explains the frame at {@code memory[offset, offset + length)} coming in on {@code inPort}. */
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

    /** Why a frame met its decision; for one that was really decided as well. {@code frame} may be cut off behind its headers. */
    public static String why(Decision decision, SwitchSnapshot snapshot, EthernetFrame frame) {
        return switch (decision) {
            case Decision.Drop(var reason) -> "dropped: " + reason.meaning();
            case Decision.Reply() -> "the switch answers for a neighbour it knows (arp: reply)";
            case Decision.Punt(var rule) -> "a protocol of the switch receives it";
            case Decision.Consume() -> "the switch itself asked for it";
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
        return settings == null ? "a port that is gone" : settings.name();
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
