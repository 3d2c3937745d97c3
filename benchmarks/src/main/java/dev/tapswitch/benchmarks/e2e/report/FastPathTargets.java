package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import java.util.ArrayList;
import java.util.List;

/** The targets for ports with the kernel fast path, on two CPUs. The bare veth pair shows what remains of the limit of all veth pairs. */
final class FastPathTargets {
    private static final String FAST = "tapswitch-fast";
    private static final String BRIDGE = "bridge";
    private static final String WIRE = "wire";
    private static final String LOADED = "with 50,000 frames/s beside";

    private FastPathTargets() {}

    static List<Target> all() {
        List<Target> targets = new ArrayList<>();
        for (String streams : List.of("1 stream", "4 streams", "16 streams")) {
            for (String ways : List.of("one way", "both ways")) addTcp(targets, streams + ", " + ways);
        }
        addFrames(targets);
        for (String load : List.of("idle", LOADED)) addLatency(targets, load);
        addRequests(targets);
        addPresent(targets);
        return targets;
    }

    private static void addTcp(List<Target> targets, String streams) {
        var rate = new Figure(Metric.TCP_RATE, streams);
        targets.add(atLeast("bulk TCP, " + streams, rate, BRIDGE, 1.03));
        targets.add(atLeast("bulk TCP, " + streams, rate, WIRE, 0.95));
        targets.add(atMost("CPU per gigabyte, " + streams, new Figure(Metric.TCP_CPU, streams), BRIDGE, 1));
    }

    private static void addFrames(List<Target> targets) {
        var one = new Figure(Metric.FRAME_RATE, "64 bytes");
        targets.add(atLeast("64-byte frames/s, one flow", one, BRIDGE, 1.35));
        targets.add(atLeast("64-byte frames/s, one flow", one, WIRE, 0.85));
        var two = new Figure(Metric.TWO_FLOWS_RATE, "64 bytes");
        targets.add(atLeast("64-byte frames/s, two flows", two, BRIDGE, 1.35));
        targets.add(atLeast("64-byte frames/s, two flows", two, WIRE, 0.85));
        targets.add(atMost("CPU per frame at 100,000 frames/s", new Figure(Metric.FRAME_CPU, ""), BRIDGE, 1));
    }

    private static void addLatency(List<Target> targets, String load) {
        for (String percentile : List.of("p50", "p99", "p99.9")) {
            String parameter = load + ", " + percentile;
            targets.add(
                    atMost("TCP request/response, " + parameter, new Figure(Metric.RR_LATENCY, parameter), BRIDGE, 1));
            targets.add(
                    atMost("UDP request/response, " + parameter, new Figure(Metric.UDP_LATENCY, parameter), BRIDGE, 1));
        }
    }

    private static void addRequests(List<Target> targets) {
        var connections = new Figure(Metric.CONNECTION_RATE, "16 in parallel");
        targets.add(atLeast("short TCP connections/s", connections, BRIDGE, 1.05));
        var requests = new Figure(Metric.HTTP_RATE, "16 connections");
        targets.add(atLeast("HTTP requests/s", requests, BRIDGE, 1.05));
        var first = new Figure(Metric.FIRST_PACKET, "p50");
        targets.add(atMost("first packet between two that never talked, p50", first, BRIDGE, 2));
    }

    private static void addPresent(List<Target> targets) {
        var few = new Figure(Metric.PORTS_RATE, "2 ports");
        for (String ports : List.of("1,000 ports", "4,096 ports")) {
            var many = new Figure(Metric.PORTS_RATE, ports);
            targets.add(new Target("64-byte frames/s, " + ports + " against 2", many, FAST, few, FAST, 0.97, true));
        }
        var stations = new Figure(Metric.STATIONS_RATE, "64 k stations");
        var two = new Figure(Metric.STATIONS_RATE, "2 stations");
        targets.add(new Target("64-byte frames/s, 64 k stations against 2", stations, FAST, two, FAST, 0.97, true));
    }

    private static Target atLeast(String what, Figure figure, String reference, double ratio) {
        return Target.atLeast(what + ", against the " + name(reference), figure, FAST, reference, ratio);
    }

    private static Target atMost(String what, Figure figure, String reference, double ratio) {
        return Target.atMost(what + ", against the " + name(reference), figure, FAST, reference, ratio);
    }

    private static String name(String reference) {
        return reference.equals(WIRE) ? "bare veth pair" : "kernel's bridge";
    }
}
