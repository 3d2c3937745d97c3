package dev.tapswitch.control.api;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.ProbeRequest;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.Clock;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.Explainer;
import dev.tapswitch.core.frame.Checksum;
import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.NeighbourDiscovery;
import dev.tapswitch.core.net.MacAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builds a frame from a request, and explains what the switch would do with it. Nothing is learned, counted or sent. */
final class FrameProbe {
    /** The minimum length of an Ethernet frame without its FCS, bytes. */
    private static final int MIN_LENGTH = 60;

    private static final int ICMPV6 = 58;
    /** The sender address of requests. No decision depends on it, but 0.0.0.0 would make the request a probe, and the target address an announcement (RFC 5227). */
    private static final int ANY_SENDER = 0x0000_0001;

    private FrameProbe() {}

    static Json explain(RunningSwitch sw, String body) throws ConfigException {
        Map<String, PortConfig> ports = new LinkedHashMap<>();
        for (RunningPort port : sw.ports()) ports.put(port.config().name(), port.config());
        ProbeRequest request = ConfigReader.probeOf(body, ports);
        byte[] frame = frame(request);
        int in = sw.port(request.in()).index();
        MemorySegment memory = MemorySegment.ofArray(frame);
        var explanation = Explainer.explain(sw.learning(), in, memory, 0, frame.length, Clock.nowMs());
        Json node = FrameLine.of(sw, in, memory, frame.length, explanation.decision(), explanation.why());
        return node.put("would-learn", explanation.sourceWouldBeLearned());
    }

    /** The frame that a request describes, padded to the minimum length. */
    static byte[] frame(ProbeRequest request) {
        ByteBuffer frame = ByteBuffer.allocate(128);
        boolean isSolicitation = request.target() != null && !request.target().isV4();
        long destination = request.destination();
        if (isSolicitation && destination == MacAddress.BROADCAST) {
            // RFC 4861 2.3, RFC 2464 7: the solicited-node address and its multicast MAC.
            destination = 0x3333_FF00_0000L | request.target().lo() & 0xFF_FFFF;
        }
        putMac(frame, destination);
        putMac(frame, request.source());
        if (request.vlan() > 0) frame.putShort((short) EtherType.VLAN).putShort((short) request.vlan());
        if (request.target() == null) {
            frame.putShort((short) request.etherType());
        } else if (isSolicitation) {
            putSolicitation(frame, request);
        } else {
            putArpRequest(frame, request);
        }
        return Arrays.copyOf(frame.array(), Math.max(MIN_LENGTH, frame.position()));
    }

    private static void putArpRequest(ByteBuffer frame, ProbeRequest request) {
        frame.putShort((short) EtherType.ARP);
        frame.putShort((short) 1)
                .putShort((short) EtherType.IPV4)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        putMac(frame, request.source());
        frame.putInt(ANY_SENDER);
        putMac(frame, 0);
        frame.putInt((int) request.target().lo());
    }

    private static void putSolicitation(ByteBuffer frame, ProbeRequest request) {
        frame.putShort((short) EtherType.IPV6);
        int header = frame.position();
        frame.putInt(0x6000_0000).putShort((short) 32).put((byte) ICMPV6).put((byte) 255);
        frame.putLong(0xFE80_0000_0000_0000L).putLong(ANY_SENDER);
        frame.putLong(0xFF02_0000_0000_0000L)
                .putLong(0x1_FF00_0000L | request.target().lo() & 0xFF_FFFF);
        int message = frame.position();
        frame.put((byte) NeighbourDiscovery.SOLICITATION)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(0);
        frame.putLong(request.target().hi()).putLong(request.target().lo());
        frame.put((byte) 1).put((byte) 1);
        putMac(frame, request.source());
        MemorySegment memory = MemorySegment.ofBuffer(frame.duplicate().clear());
        int length = frame.position() - message;
        long sum = Checksum.pseudoHeader6(memory, header, ICMPV6, length);
        frame.putShort(message + 2, (short) Checksum.finish(Checksum.add(sum, memory, message, length)));
    }

    private static void putMac(ByteBuffer frame, long mac) {
        frame.putShort((short) (mac >>> 32)).putInt((int) mac);
    }
}
