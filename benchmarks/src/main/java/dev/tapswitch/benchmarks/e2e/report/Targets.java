package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import java.util.ArrayList;
import java.util.List;

/** The targets for a machine with two CPUs. The targets of the core alone are measured by {@code ./tapswitch jmh}. */
public final class Targets {
    private static final String EPOLL = "tapswitch-epoll";
    private static final String URING = "tapswitch-uring";
    private static final String BRIDGE = "bridge";
    private static final List<String> TAPSWITCH = List.of(EPOLL, URING);

    private Targets() {}

    public static List<Target> all() {
        List<Target> targets = new ArrayList<>();
        String frames = "64-byte frames/s, one flow, against ";
        var rate = new Figure(Metric.FRAME_RATE, "64 bytes");
        targets.add(Target.atLeast(frames + "the epoll floor", rate, EPOLL, "floor-epoll", 0.97));
        targets.add(Target.atLeast(frames + "the epoll floor", rate, URING, "floor-epoll", 1.2));
        targets.add(Target.atLeast(frames + "the io_uring floor", rate, URING, "floor-uring", 0.95));
        for (String tapswitch : TAPSWITCH) {
            targets.add(Target.atLeast(frames + "the kernel's bridge", rate, tapswitch, BRIDGE, 2));
            targets.add(Target.atLeast(frames + "OVS userspace", rate, tapswitch, "ovs", 2.5));
            targets.add(Target.atLeast(frames + "VDE2", rate, tapswitch, "vde2", 5));
        }
        for (String tapswitch : TAPSWITCH) addTcp(targets, tapswitch);
        for (String tapswitch : TAPSWITCH) addLatency(targets, tapswitch);
        addMany(targets);
        targets.addAll(FastPathTargets.all());
        return targets;
    }

    private static void addTcp(List<Target> targets, String tapswitch) {
        String single = "bulk TCP, one stream, against ";
        var stream = new Figure(Metric.TCP_RATE, "1 stream, one way");
        targets.add(Target.atLeast(single + "the kernel's bridge", stream, tapswitch, BRIDGE, 1.1));
        targets.add(Target.atLeast(single + "OVS userspace with TSO", stream, tapswitch, "ovs-tso", 1.5));
        targets.add(Target.atLeast(single + "VDE2", stream, tapswitch, "vde2", 15));
        for (int streams : new int[] {4, 16}) {
            targets.add(Target.atLeast(
                    "bulk TCP, " + streams + " streams, against the kernel's bridge",
                    new Figure(Metric.TCP_RATE, streams + " streams, one way"),
                    tapswitch,
                    BRIDGE,
                    0.9));
        }
    }

    private static void addLatency(List<Target> targets, String tapswitch) {
        String latency = "TCP request/response against the kernel's bridge, ";
        targets.add(Target.atMost(latency + "p50", new Figure(Metric.RR_LATENCY, "idle, p50"), tapswitch, BRIDGE, 1.3));
        targets.add(Target.atMost(latency + "p99", new Figure(Metric.RR_LATENCY, "idle, p99"), tapswitch, BRIDGE, 1.3));
        targets.add(
                Target.atMost(latency + "p99.9", new Figure(Metric.RR_LATENCY, "idle, p99.9"), tapswitch, BRIDGE, 1.5));
    }

    private static void addMany(List<Target> targets) {
        for (String tapswitch : TAPSWITCH) {
            targets.add(new Target(
                    "frames/s with 1,024 ports present against 2",
                    new Figure(Metric.PORTS_RATE, "1,000 ports"),
                    tapswitch,
                    new Figure(Metric.PORTS_RATE, "2 ports"),
                    tapswitch,
                    0.95,
                    true));
            // A cost per copy of at most 1.2 times that of a bare write means at least 1 / 1.2 of the copies per second
            // of
            // a loop that only writes.
            targets.add(Target.atLeast(
                    "broadcast to 1,023 ports, copies/s against bare writes (cost per copy 1.2 x or less)",
                    new Figure(Metric.BROADCAST_RATE, "1,000 ports"),
                    tapswitch,
                    tapswitch.equals(EPOLL) ? "floor-epoll" : "floor-uring",
                    0.83));
            for (String when : List.of("all measurements with 2 ports", "ten minutes of requests"))
                targets.add(new Target(
                        "longest pause by the JVM, us, " + when,
                        new Figure(Metric.PAUSE, when),
                        tapswitch,
                        null,
                        null,
                        1_000,
                        false));
        }
    }
}
