package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.Decision;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.frame.FrameText;
import dev.tapswitch.core.net.MacAddress;
import java.lang.foreign.MemorySegment;

/** A frame and the decision about it, as JSON. */
final class FrameLine {
    private FrameLine() {}

    /**
     * Describes a frame.
     *
     * @param head the first bytes of the frame
     * @param length of the whole frame, bytes
     */
    static Json of(RunningSwitch sw, int inPort, MemorySegment head, int length, Decision decision, String why) {
        Json node = Views.object();
        int shown = (int) Math.min(length, head.byteSize());
        EthernetFrame frame = new EthernetFrame().wrap(head, 0, shown);
        node.put("in", Views.portName(sw, inPort));
        node.put("length", length);
        if (!frame.isTruncated()) {
            node.put("source", MacAddress.format(frame.source()));
            node.put("destination", MacAddress.format(frame.destination()));
            if (frame.isTagged()) node.put("vlan", frame.vlan());
            node.put("ethertype", FrameText.typeName(frame.etherType()));
        }
        node.put("summary", FrameText.summary(head, 0, shown));
        Json out = Views.array();
        switch (decision) {
            case Decision.Forward(var port) -> {
                node.put("decision", "forward");
                out.add(Views.portName(sw, port));
            }
            case Decision.Flood(var ports) -> {
                node.put("decision", "flood");
                ports.forEach(port -> out.add(Views.portName(sw, port)));
            }
            case Decision.Reply() -> {
                node.put("decision", "reply");
                out.add(Views.portName(sw, inPort));
            }
            case Decision.Punt(var rule) -> node.put("decision", "punt");
            case Decision.Consume() -> node.put("decision", "consume");
            case Decision.Drop(var reason) -> {
                node.put("decision", "drop");
                node.put("drop-reason", Views.name(reason));
            }
        }
        node.set("out", out);
        node.put("why", why);
        return node;
    }
}
