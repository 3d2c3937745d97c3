package dev.tapswitch.e2e.equivalence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tapswitch.e2e.testbed.FastPathSupport;
import dev.tapswitch.e2e.testbed.Frames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests that the kernel fast path changes nothing but the speed: two switches, one with ports of kind tap and one with ports of kind veth, get the same random traffic and the same
 * changes of settings. All nodes must receive the same frames, and the counters and tables of both must agree. {@code -Dtapswitch.seed} selects other traffic,
 * {@code -Dtapswitch.steps} its length.
 */
@Timeout(400)
class FastPathEquivalenceIT {
    /** On a busy machine the worker may be late, and frames that wait for it are overtaken when their flow becomes fast. */
    private static final int MAX_OVERTAKINGS = 4;

    private static final int STEPS = Integer.getInteger("tapswitch.steps", 400);
    private static final long SEED = Long.getLong("tapswitch.seed", 1);
    /** A difference that lasts longer is a failure. Before that, one of the sides may still have frames to process. */
    private static final long SETTLE_NANOS = 15_000_000_000L;

    private static final int STEPS_PER_COMPARISON = 10;
    private static final int FEW_FRAMES = 12;
    private static final int MANY_FRAMES = 200;
    private static final int MAX_DESCRIBED = 44;
    private static final int MAX_HISTORY = 100;
    private static final int PORTS = 5;
    /** The port with {@code bind-mac}. */
    private static final int BOUND = 1;
    /** The port whose MTU changes. */
    private static final int SMALL = 3;

    private final Random random = new Random(SEED);
    private final List<String> stations = new ArrayList<>();
    private final RandomFrames frames = new RandomFrames(random, stations, PORTS);
    private final Set<Integer> isolated = new TreeSet<>();
    /** The ports of static entries, by MAC and VLAN. */
    private final Map<String, Integer> bound = new HashMap<>();

    private final List<String> history = new ArrayList<>();
    private final List<Side> sides = new ArrayList<>();
    private int smallMtu = 1_400;
    /** The port that is down; -1 for none. */
    private int down = -1;
    /** The port without offload; -1 for none. */
    private int withoutOffload = -1;
    /** How many times frames of a flow arrived in another order than with TAPs. */
    private int overtakings;

    @Test
    void aSwitchWithTheFastPathForwardsCountsAndLearnsAsOneWithout() {
        FastPathSupport.require();
        try (var tap = new Side("tap");
                var veth = new Side("veth")) {
            sides.add(veth);
            sides.add(tap);
            sides.forEach(FastPathEquivalenceIT::start);
            FastPathSupport.requireTcx(veth.daemon());
            for (int node = 0; node < PORTS; node++) stations.add(tap.mac(node));
            bound.put(tap.mac(BOUND) + 0, BOUND);
            for (int i = 1; i <= PORTS; i++) stations.add("02:00:00:00:77:0" + i);
            for (int step = 0; step < STEPS; step++) {
                if (frames.happens(80)) traffic(step);
                else change();
                if (step % STEPS_PER_COMPARISON == 0) compareCountersAndTables();
            }
            compareCountersAndTables();
            long all = veth.total("rx-frames");
            long fast = veth.total("fast-rx-frames");
            System.out.printf("measured: seed %d: %d of %d frames were fast%n", SEED, fast, all);
            assertEquals(0, tap.total("fast-rx-frames"));
            assertTrue(overtakings <= MAX_OVERTAKINGS, () -> "frames were out of order " + overtakings + " times");
            assertTrue(fast > all / 100, () -> "only " + fast + " of " + all + " frames were fast");
        }
    }

    private static void start(Side side) {
        List<String> lines = new ArrayList<>(List.of("arp: flood", "unknown-arp-rate: 0", "static-macs:"));
        for (int node = 0; node < PORTS; node++) {
            lines.add("  - {mac: \"%s\", port: %c}".formatted(markerMac(node), 'a' + node));
        }
        side.start(List.of("", "bind-mac: true", "learning-limit: 6", "mtu: 1400", ""), lines.toArray(String[]::new));
    }

    /** Sends some frames from a single node: the order of frames from several nodes is not defined. */
    private void traffic(int step) {
        int in = frames.oneOf(upPorts());
        int mtu = in == SMALL ? smallMtu : 1_500;
        List<byte[]> burst = new ArrayList<>();
        String source = "";
        String destination = "";
        String tags = "";
        boolean isLong = frames.happens(5);
        for (int left = 1 + random.nextInt(isLong ? MANY_FRAMES : FEW_FRAMES); left > 0; left--) {
            if (burst.isEmpty() || frames.happens(isLong ? 5 : 40)) {
                source = frames.source(stations.get(in));
                destination = destination();
                tags = frames.tags();
            }
            burst.add(frames.frame(destination, source, tags, mtu));
        }
        burst.forEach(frame -> history.add(describe(in, frame)));
        byte[] marker = Frames.frame(Frames.BROADCAST, markerMac(in), "88b6", "%08x".formatted(step));
        burst.add(marker);
        for (Side side : sides) side.send(in, burst);
        for (int out : upPorts()) {
            boolean isCut = isolated.contains(in) && isolated.contains(out);
            if (out != in && !isCut) for (Side side : sides) side.receiveUntil(marker, out);
        }
        compare("frames", Side::received, Side::receiveMore);
        if (!sides.getFirst().inOrder().equals(sides.getLast().inOrder())) overtakings++;
        sides.forEach(Side::forgetReceived);
    }

    private static String describe(int in, byte[] frame) {
        String start = Flow.HEX.formatHex(frame, 0, Math.min(MAX_DESCRIBED, frame.length));
        return (char) ('a' + in) + " sends " + frame.length + " bytes: " + start;
    }

    private static String markerMac(int node) {
        return "02:00:00:00:ff:0" + node;
    }

    private List<Integer> upPorts() {
        return IntStream.range(0, PORTS).filter(port -> port != down).boxed().toList();
    }

    private void change() {
        int node = random.nextInt(PORTS);
        String port = "/ports/" + (char) ('a' + node);
        switch (random.nextInt(10)) {
            case 0 -> request("DELETE", frames.oneOf(List.of("/macs", "/macs?vlan=5", "/macs?port=a")), "");
            case 1 -> bind(frames.otherStation(), frames.oneOf(List.of(0, 5)), node);
            case 2 -> unbind(frames.otherStation(), frames.oneOf(List.of(0, 5)));
            case 3 -> {
                // At most two ports are isolated, because between isolated ports no frame is fast.
                boolean isIsolated = !isolated.remove(node) && isolated.size() < 2 && isolated.add(node);
                request("PATCH", port, "{\"isolated\": %s}".formatted(isIsolated));
            }
            case 4 -> request("PATCH", port, "{\"hairpin\": %s}".formatted(random.nextBoolean()));
            case 5 ->
                request(
                        "PATCH",
                        port,
                        frames.oneOf(List.of(
                                "{\"learning-limit\": 0}",
                                "{\"learning-limit\": 4}",
                                "{\"beyond-limit\": \"drop\"}",
                                "{\"beyond-limit\": \"forward\"}")));
            case 6 -> {
                smallMtu = frames.oneOf(List.of(1_300, 1_400, 1_500));
                request("PATCH", "/ports/" + (char) ('a' + SMALL), "{\"mtu\": %d}".formatted(smallMtu));
            }
            case 7 -> {
                // At most one port is without offload, because no frame from or to such a port is fast.
                boolean isOn = withoutOffload >= 0;
                int changed = isOn ? withoutOffload : node;
                withoutOffload = isOn ? -1 : node;
                request("PATCH", "/ports/" + (char) ('a' + changed), "{\"offload\": %s}".formatted(isOn));
            }
            case 8 -> changeMac(node);
            default -> flap(node);
        }
    }

    private void bind(String mac, int vlan, int node) {
        String entry = "{\"mac\": \"%s\", \"vlan\": %d, \"port\": \"%c\"}".formatted(mac, vlan, 'a' + node);
        if (request("POST", "/macs", entry) == 201) bound.put(mac + vlan, node);
    }

    private void unbind(String mac, int vlan) {
        if (request("DELETE", "/macs/" + mac + "?vlan=" + vlan, "") == 200) bound.remove(mac + vlan);
    }

    /**
     * Chooses a MAC that is not bound to the port that is down. To a TAP that is down, a worker's write fails and counts as a drop; to a veth port it succeeds, because
     * the TAP of its slow path is up.
     */
    private String destination() {
        String chosen = frames.destination();
        while (down >= 0 && (isBound(chosen, 0) || isBound(chosen, 5))) chosen = frames.destination();
        return chosen;
    }

    private boolean isBound(String mac, int vlan) {
        return bound.getOrDefault(mac + vlan, -1) == down;
    }

    private void changeMac(int node) {
        String mac = node == BOUND ? stations.get(BOUND) : frames.station();
        history.add((char) ('a' + node) + " has " + mac);
        for (Side side : sides) side.setLink(node, "address", mac);
    }

    /** Sets a port down or up again. At most one port is down at a time, and only its own node notices. */
    private void flap(int node) {
        int changed = down >= 0 ? down : node;
        String state = down >= 0 ? "up" : "down";
        history.add((char) ('a' + changed) + " goes " + state);
        for (Side side : sides) side.setLink(changed, state);
        for (Side side : sides) side.awaitPortState(changed, state);
        down = down >= 0 ? -1 : node;
    }

    /** Sends a request to both sides, and returns the status, which must be the same for both. */
    private int request(String method, String path, String body) {
        history.add(method + " " + path + " " + body);
        int expected = sides.getFirst().request(method, path, body);
        assertEquals(expected, sides.getLast().request(method, path, body), this::story);
        assertTrue(expected < 500 && expected != 400, () -> "status " + expected + ": " + story());
        return expected;
    }

    private void compareCountersAndTables() {
        compare("counters", Side::counters, _ -> {});
        compare("tables", Side::tables, _ -> {});
    }

    private void compare(String what, Function<Side, List<String>> reading, Consumer<Side> poll) {
        long end = System.nanoTime() + SETTLE_NANOS;
        while (true) {
            List<String> veth = reading.apply(sides.getFirst());
            List<String> tap = reading.apply(sides.getLast());
            if (veth.equals(tap)) return;
            if (System.nanoTime() > end)
                fail(what + " differ\n" + without("tap: ", tap, veth) + without("veth: ", veth, tap) + story());
            sides.forEach(poll);
        }
    }

    private static String without(String prefix, List<String> lines, List<String> others) {
        Set<String> known = Set.copyOf(others);
        return lines.stream()
                .filter(line -> !known.contains(line))
                .map(line -> prefix + line + "\n")
                .collect(Collectors.joining());
    }

    /** The option that repeats this run, the last steps, and the logs of both daemons. */
    private String story() {
        List<String> last = history.subList(Math.max(0, history.size() - MAX_HISTORY), history.size());
        return "-Dtapswitch.seed=" + SEED + ", after\n" + String.join("\n", last) + "\n"
                + sides.stream().map(side -> side.daemon().log()).collect(Collectors.joining("\n"));
    }
}
