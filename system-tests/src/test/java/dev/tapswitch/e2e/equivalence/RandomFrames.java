package dev.tapswitch.e2e.equivalence;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.bytes;

import dev.tapswitch.e2e.testbed.Frames;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Frames of all kinds that the fast path's program distinguishes, between few stations, so that most destinations are known. */
final class RandomFrames {
    private static final int HEADER = 14;
    /** Before any program on a veth sees them, the kernel drops frames without payload, and tagged frames without a type behind the tag. */
    private static final int MIN_PAYLOAD = 2;

    private static final int TAG = 4;

    private static final String UNKNOWN = "02:00:00:00:ee:ee";
    private static final List<String> GROUPS =
            List.of(BROADCAST, "01:00:5e:00:00:01", "33:33:00:00:00:01", "01:80:c2:00:00:0e", "01:80:c2:00:00:20");
    private static final List<String> INVALID_SOURCES = List.of("00:00:00:00:00:00", "03:00:00:00:00:01", BROADCAST);
    private static final List<String> TAGS = List.of(
            "8100 0005",
            "8100 a005",
            "8100 0007",
            "8100 0000",
            "8100 0005 8100 0007",
            "88a8 0005",
            "88a8 0005 8100 0007");

    private static final String IPV4 = "0000 4000 40 %s 0000 c6120001 c6120002";
    private static final String IPV6 = "20010db8000000000000000000000001 20010db8000000000000000000000002";
    private static final String PORTS = "9c40 0009 0040 0000";
    private static final List<String> PAYLOADS = List.of(
            "88b5",
            "0040 4242 03", // a length instead of a type
            "0800 4500 0040" + IPV4.formatted("11") + PORTS,
            "0800 4500 0040" + IPV4.formatted("06") + "9c40 0009 00000001 00000001 5010 0400 0000 0000",
            "0800 4500 0040" + IPV4.formatted("01") + "0800 0000 0001 0001",
            "0800 4600 0040" + IPV4.formatted("11") + "01010101" + PORTS, // options
            "0800 4500 0040" + IPV4.formatted("11") + "0044 0043 0040 0000", // DHCP
            "0800 4500 0040" + IPV4.formatted("02") + "1600 0000 e0000001", // IGMP
            "0800 4500 0040 0001 2010 40 11 0000 c6120001 c6120002" + PORTS, // a later fragment
            "0800 3500 0040" + IPV4.formatted("11") + PORTS, // a wrong version
            "86dd 60000000 0010 11 40" + IPV6 + PORTS,
            "86dd 60000000 0014 06 40" + IPV6 + "9c40 0009 00000001 00000001 5010 0400 0000 0000",
            "86dd 60000000 0008 3a 40" + IPV6 + "8000 0000 0001 0001", // echo request
            "86dd 60000000 0008 3a 40" + IPV6 + "0100 0000 0000 0000", // unreachable
            "86dd 60000000 0008 3a 40" + IPV6 + "8f00 0000 0000 0000", // MLD
            "86dd 60000000 0010 00 40" + IPV6 + "1100 0104 00000000" + PORTS, // hop-by-hop options
            "86dd 60000000 0010 11 40" + IPV6 + "0222 0223 0010 0000", // DHCPv6
            "86dd 50000000 0010 11 40" + IPV6 + PORTS);

    private final Random random;
    private final List<String> stations;
    private final int nodes;
    private int frames;

    /** {@code stations}: the nodes' own MACs, then others. */
    RandomFrames(Random random, List<String> stations, int nodes) {
        this.random = random;
        this.stations = stations;
        this.nodes = nodes;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    boolean happens(int percent) {
        return random.nextInt(100) < percent;
    }

    String station() {
        return oneOf(stations);
    }

    /** A MAC that belongs to no node. */
    String otherStation() {
        return oneOf(stations.subList(nodes, stations.size()));
    }

    /** Returns mostly the node's own MAC, sometimes that of another station, which thereby moves, and rarely an invalid source. */
    String source(String own) {
        if (happens(2)) return oneOf(INVALID_SOURCES);
        return happens(85) ? own : station();
    }

    String destination() {
        if (happens(5)) return UNKNOWN;
        if (happens(15)) return oneOf(GROUPS);
        return happens(70) ? stations.get(random.nextInt(nodes)) : station();
    }

    String tags() {
        return happens(75) ? "" : oneOf(TAGS);
    }

    /** {@code mtu}: the MTU of the sending interface; the frame does not exceed it. */
    byte[] frame(String destination, String source, String tags, int mtu) {
        if (happens(8) && stations.contains(source)) return resolution(destination, source);
        byte[] head = bytes(destination, source, tags, oneOf(PAYLOADS));
        int tagsLength = bytes(tags).length;
        // The sending kernel admits a tag beyond the MTU only if it is the only one, and not a service tag.
        int max = mtu + HEADER + (tags.startsWith("8100") ? TAG : 0);
        int length = Math.clamp(length(), HEADER + tagsLength + MIN_PAYLOAD, max);
        byte[] frame = Arrays.copyOf(head, length);
        // Distinguishes the frame from all others, unless it is too short for that.
        if (length >= head.length + 4) System.arraycopy(bytes("%08x".formatted(++frames)), 0, frame, length - 4, 4);
        return frame;
    }

    private int length() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(100);
            case 1 -> 1_310 + random.nextInt(10);
            case 2 -> 1_410 + random.nextInt(10);
            case 3 -> 1_510 + random.nextInt(10);
            default -> 60 + random.nextInt(1_400);
        };
    }

    /** ARP or a neighbour advertisement. Each MAC has one address, so that no two stations claim the same. */
    private byte[] resolution(String destination, String source) {
        String target = station();
        return switch (random.nextInt(3)) {
            case 0 -> Frames.arpRequest(source, address(source), address(target));
            case 1 -> Frames.arp(2, destination, source, address(source), target, address(target));
            default ->
                Frames.neighbourAdvertisement(source, "fd00007a0000000000000000000000%02x".formatted(number(source)));
        };
    }

    private String address(String station) {
        return "198.18.7." + number(station);
    }

    private int number(String station) {
        return 1 + stations.indexOf(station);
    }
}
