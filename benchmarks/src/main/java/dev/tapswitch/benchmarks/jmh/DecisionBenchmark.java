package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.bridge.Egress;
import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSet;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.bridge.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does the whole forwarding decision take: admit, learn, resolve, look up, count, and judge each egress port? This is the data
 * path without its system calls.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class DecisionBenchmark {
    private static final long NOW_MS = 1_000_000;
    private static final int STATIONS = 4_096;
    private static final long FIRST_IP = 0xC612_0000L;

    @Param({"8", "64", "1024"})
    private int ports;

    private SwitchSnapshot snapshot;
    private Forwarder forwarder;
    private MemorySegment[] unicasts;
    private MemorySegment[] requests;
    private MemorySegment unknown;
    private MemorySegment broadcast;
    private MemorySegment unknownRequest;
    private int[] portOf;
    private int at;

    @Setup
    public void connect() {
        var settings = new SwitchSettings(300_000, SwitchSettings.DEFAULT.arpMode(), 65_536, 16_384, 0, true, 0);
        var lan = new LearningSwitch("lan", settings, 1);
        for (int i = 0; i < ports; i++) lan.addPort(PortSettings.of("p" + i, 1500), true);
        forwarder = lan.forwarder(0);
        snapshot = lan.snapshot();
        long[] macs = Stations.macs(STATIONS, 1);
        portOf = IntStream.range(0, STATIONS).map(i -> i % ports).toArray();
        for (int i = 0; i < STATIONS; i++) {
            MemorySegment announcement = FrameBytes.arpRequest(macs[i], FIRST_IP + i, FIRST_IP + i);
            forwarder.beginBatch(snapshot, portOf[i], NOW_MS);
            forwarder.decide(announcement, 0, 60);
        }
        unicasts = new MemorySegment[STATIONS];
        requests = new MemorySegment[STATIONS];
        for (int i = 0; i < STATIONS; i++) {
            int other = (i * 1_031 + 1) % STATIONS;
            unicasts[i] = FrameBytes.frame(macs[other], macs[i], 0x0800, 60, "");
            requests[i] = FrameBytes.arpRequest(macs[i], FIRST_IP + i, FIRST_IP + other);
        }
        unknown = FrameBytes.frame(0x02_00_00_00_00_09L, macs[0], 0x0800, 60, "");
        broadcast = FrameBytes.frame(FrameBytes.BROADCAST, macs[0], 0x88B5, 60, "");
        unknownRequest = FrameBytes.arpRequest(macs[0], FIRST_IP, 0xC613_0001L);
    }

    /** 4,096 stations; consecutive frames have different sources and destinations. */
    @Benchmark
    public int knownUnicast() {
        int i = at++ & STATIONS - 1;
        return forward(portOf[i], unicasts[i]);
    }

    @Benchmark
    public int unknownUnicast() {
        return forward(0, unknown);
    }

    @Benchmark
    public int broadcast() {
        return forward(0, broadcast);
    }

    @Benchmark
    public int arpRequestForAKnownNeighbour() {
        int i = at++ & STATIONS - 1;
        return forward(portOf[i], requests[i]);
    }

    @Benchmark
    public int arpRequestForAnUnknownNeighbour() {
        return forward(0, unknownRequest);
    }

    /** Decides as a worker does. Returns a sum of all verdicts, so that the JIT compiler cannot omit any. */
    private int forward(int in, MemorySegment frame) {
        forwarder.beginBatch(snapshot, in, NOW_MS);
        int verdict = forwarder.decide(frame, 0, 60);
        if (Verdict.isPort(verdict)) return Egress.judge(snapshot.port(verdict), PLAIN, 0, 60);
        if (!Verdict.isPortSet(verdict)) return verdict;
        PortSet ports = snapshot.portSet(Verdict.portSet(verdict));
        int sum = 0;
        for (int i = 0; i < ports.size(); i++) sum += 1 + Egress.judge(snapshot.port(ports.port(i)), PLAIN, 0, 60);
        return sum;
    }

    /** A frame behind a virtio-net header of zeros: neither a checksum nor segmentation is requested. */
    private static final MemorySegment PLAIN = FrameBytes.frame(0, 0, 0, 70, "");
}
