package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames of any ethertype and payload, tagged or untagged, are forwarded unchanged. Frames that no bridge forwards are dropped. */
@Timeout(400)
class TransparencyIT {
    private static final String X = "02:00:5e:00:00:01";
    private static final String UNKNOWN = "02:00:5e:00:00:99";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(300);

    private static Map<String, byte[]> transparent() {
        Map<String, byte[]> frames = new LinkedHashMap<>();
        for (var to : Map.of(
                        "unknown unicast",
                        UNKNOWN,
                        "broadcast",
                        BROADCAST,
                        "multicast",
                        "01:00:5e:00:00:63",
                        "Cisco multicast",
                        "01:00:0c:cc:cc:cc")
                .entrySet()) {
            frames.put(
                    to.getKey() + ", experimental ethertype",
                    frame(to.getValue(), X, EXPERIMENTAL_ETHERTYPE, "00112233"));
            frames.put(
                    to.getKey() + ", 802.1Q VLAN 100",
                    frame(to.getValue(), X, "8100 0064", EXPERIMENTAL_ETHERTYPE, "01"));
            frames.put(
                    to.getKey() + ", VLAN 0 priority tag",
                    frame(to.getValue(), X, "8100 e000", EXPERIMENTAL_ETHERTYPE, "02"));
            frames.put(
                    to.getKey() + ", QinQ",
                    frame(to.getValue(), X, "88a8 0064 8100 00c8", EXPERIMENTAL_ETHERTYPE, "03"));
        }
        frames.put(
                "ARP in a VLAN",
                frame(BROADCAST, X, "8100 0064 0806 0001 0800 06 04 0001", X, "c6120063 000000000000 c6120062"));
        frames.put("truncated ARP", frame(BROADCAST, X, "0806 0001 0800 06 04 00"));
        frames.put("ARP with other address lengths", frame(BROADCAST, X, "0806 0001 0800 ff ff 0001"));
        frames.put(
                "IPv4 with a wrong length", frame(UNKNOWN, X, "0800 4f00 ffff 0000 4000 40 06 0000 c6120001 c6120002"));
        frames.put("IPv4 ethertype, version 9", frame(UNKNOWN, X, "0800 9500 0014"));
        frames.put("IPv6 with a wrong length", frame(UNKNOWN, X, "86dd 6000 0000 ffff 3a ff"));
        frames.put("802.3 with a length field", frame(UNKNOWN, X, "0026 4242 03"));
        frames.put("MPLS", frame(UNKNOWN, X, "8847 00010140"));
        return frames;
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void anyFrameArrivesUnchanged(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            net.start(io);
            RawSocket in = a.raw();
            RawSocket out = b.raw();
            List<String> lost = new ArrayList<>();
            transparent().forEach((what, bytes) -> {
                in.send(bytes);
                if (out.receive(equalTo(bytes), 1, TIMEOUT).isEmpty()) lost.add(what);
            });
            assertEquals(List.of(), lost);
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aJumboFrameArrivesUnchanged(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a").with("mtu: 9000");
            Node b = net.quietNode("b").with("mtu: 9000");
            net.start(io);
            RawSocket in = a.raw();
            RawSocket out = b.raw();
            byte[] untagged = frame(UNKNOWN, X, EXPERIMENTAL_ETHERTYPE, "5a".repeat(9000 - 4));
            byte[] tagged = frame(UNKNOWN, X, "8100 0064", EXPERIMENTAL_ETHERTYPE, "a5".repeat(9000 - 4));
            in.send(untagged);
            assertEquals(1, out.receive(equalTo(untagged), 1, TIMEOUT).size());
            in.send(tagged);
            assertEquals(1, out.receive(equalTo(tagged), 1, TIMEOUT).size());
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void reservedDestinationsAndInvalidSourcesAreDroppedAndCounted(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            RunningDaemon daemon = net.start(io);
            RawSocket in = a.raw();
            RawSocket out = b.raw();
            for (int last = 0; last < 16; last++)
                in.send(frame("01:80:c2:00:00:%02x".formatted(last), X, EXPERIMENTAL_ETHERTYPE));
            in.send(frame(UNKNOWN, "03:00:5e:00:00:01", EXPERIMENTAL_ETHERTYPE));
            in.send(frame(UNKNOWN, BROADCAST, EXPERIMENTAL_ETHERTYPE));
            in.send(frame(UNKNOWN, "00:00:00:00:00:00", EXPERIMENTAL_ETHERTYPE));
            assertEquals(0, out.count(f -> Frames.hasAt(f, 12, EXPERIMENTAL_ETHERTYPE), QUIET_PERIOD));
            assertEquals(16, daemon.drops("a", "reserved-multicast"));
            assertEquals(2, daemon.drops("a", "source-multicast"));
            assertEquals(1, daemon.drops("a", "source-zero"));
            assertEquals("", daemon.portOf("03:00:5e:00:00:01"));
            assertEquals("", daemon.portOf("00:00:00:00:00:00"));
            byte[] unreserved =
                    frame("01:80:c2:00:00:10", X, EXPERIMENTAL_ETHERTYPE); // the first address after the reserved ones
            in.send(unreserved);
            assertEquals(1, out.receive(equalTo(unreserved), 1, TIMEOUT).size());
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aFrameNeverLeavesByThePortItCameInOnUnlessItIsAHairpinPort(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b").with("hairpin: true");
            RunningDaemon daemon = net.start(io);
            RawSocket plain = a.raw();
            RawSocket hairpin = b.raw();
            byte[] fromA = frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE, "0a");
            plain.send(fromA);
            assertEquals(0, plain.count(equalTo(fromA), QUIET_PERIOD));
            byte[] fromB = frame(BROADCAST, "02:00:5e:00:00:02", EXPERIMENTAL_ETHERTYPE, "0b");
            hairpin.send(fromB);
            assertEquals(1, hairpin.receive(equalTo(fromB), 1, TIMEOUT).size());
            byte[] toItself = frame(X, "02:00:5e:00:00:03", EXPERIMENTAL_ETHERTYPE, "0c");
            plain.send(toItself);
            assertEquals(0, plain.count(equalTo(toItself), QUIET_PERIOD));
            assertEquals(1, daemon.drops("a", "same-port"));
        }
    }
}
