package dev.tapswitch.benchmarks.e2e;

import dev.tapswitch.benchmarks.e2e.measure.AddressLearning;
import dev.tapswitch.benchmarks.e2e.measure.ArpResolution;
import dev.tapswitch.benchmarks.e2e.measure.Broadcast;
import dev.tapswitch.benchmarks.e2e.measure.BulkTcp;
import dev.tapswitch.benchmarks.e2e.measure.Connections;
import dev.tapswitch.benchmarks.e2e.measure.FirstPacket;
import dev.tapswitch.benchmarks.e2e.measure.FirstSecond;
import dev.tapswitch.benchmarks.e2e.measure.FrameRate;
import dev.tapswitch.benchmarks.e2e.measure.Http;
import dev.tapswitch.benchmarks.e2e.measure.LoadedLatency;
import dev.tapswitch.benchmarks.e2e.measure.LossCurve;
import dev.tapswitch.benchmarks.e2e.measure.Memory;
import dev.tapswitch.benchmarks.e2e.measure.Mesh;
import dev.tapswitch.benchmarks.e2e.measure.Pauses;
import dev.tapswitch.benchmarks.e2e.measure.PortsPresent;
import dev.tapswitch.benchmarks.e2e.measure.RequestResponse;
import dev.tapswitch.benchmarks.e2e.measure.StationsPresent;
import dev.tapswitch.benchmarks.e2e.measure.Throughput;
import dev.tapswitch.benchmarks.e2e.measure.TwoFlows;
import dev.tapswitch.benchmarks.e2e.system.KernelBridge;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.util.List;
import java.util.function.Predicate;

/** The scenarios of a full run, of a quick run, and those that run only on request. */
final class Scenarios {
    /** Frame sizes in bytes: RFC 2544 section 9.1. */
    private static final List<Integer> SIZES = List.of(64, 128, 256, 512, 1_024, 1_280, 1_518);

    private static final int JUMBO = 9_000;
    /** Length of an Ethernet header and the FCS, bytes. */
    private static final int FRAMING = 18;

    private static final int MANY_PORTS = 1_024;
    private static final int MOST_PORTS = 4_096;
    private static final int MAX_BRIDGE_PORTS = 1_023;

    private static final Predicate<SystemUnderTest> WIRE = system -> system.id().startsWith("wire");

    private static final Predicate<SystemUnderTest> FAST_FLOOR =
            system -> system.id().startsWith("floor-fast");
    /** The floor of the fast path has no broadcasts, and so no ARP. */
    private static final Predicate<SystemUnderTest> BROADCASTS = FAST_FLOOR.negate();
    /** A wire connects only two hosts with each other. */
    private static final Predicate<SystemUnderTest> CONNECTED = WIRE.negate().and(BROADCASTS);

    private static final Predicate<SystemUnderTest> SWITCHES = SystemUnderTest::learns;

    private Scenarios() {}

    private static boolean all(SystemUnderTest system) {
        return true;
    }

    static List<Scenario> full() {
        return List.of(
                new Scenario(
                        2,
                        Testbed.MTU,
                        List.of(
                                new FirstSecond(),
                                new FrameRate(),
                                new PortsPresent(),
                                new Throughput(SIZES),
                                new LossCurve(),
                                new BulkTcp(1, false),
                                new BulkTcp(4, false),
                                new BulkTcp(16, false),
                                new BulkTcp(1, true),
                                new BulkTcp(4, true),
                                new BulkTcp(16, true),
                                new RequestResponse(false),
                                new RequestResponse(true),
                                new Connections(),
                                new Http(),
                                new Memory()),
                        Scenarios::all),
                new Scenario(
                        4,
                        Testbed.MTU,
                        List.of(new TwoFlows(), new LoadedLatency(false), new LoadedLatency(true)),
                        Scenarios::all),
                new Scenario(4, Testbed.MTU, List.of(new Mesh(), new Broadcast()), CONNECTED),
                new Scenario(2, JUMBO - FRAMING, List.of(new Throughput(List.of(JUMBO))), WIRE.negate()),
                new Scenario(2, Testbed.MTU, List.of(new FirstPacket()), BROADCASTS),
                new Scenario(2, Testbed.MTU, List.of(new StationsPresent()), SWITCHES),
                new Scenario(3, Testbed.MTU, List.of(new AddressLearning()), SWITCHES),
                new Scenario(10, Testbed.MTU, List.of(new ArpResolution()), SWITCHES),
                new Scenario(100, Testbed.MTU, List.of(new ArpResolution()), SWITCHES),
                new Scenario(
                        MANY_PORTS,
                        Testbed.MTU,
                        List.of(new PortsPresent(), new ArpResolution(), new Broadcast(), new Memory()),
                        Scenarios::isTapswitchOrFloor),
                new Scenario(
                        MAX_BRIDGE_PORTS,
                        Testbed.MTU,
                        List.of(new ArpResolution(), new Broadcast()),
                        KernelBridge.class::isInstance),
                new Scenario(MOST_PORTS, Testbed.MTU, List.of(new PortsPresent(), new ArpResolution()), SWITCHES));
    }

    static List<Scenario> quick() {
        return List.of(
                new Scenario(
                        2,
                        Testbed.MTU,
                        List.of(
                                new FrameRate(),
                                new PortsPresent(),
                                new BulkTcp(1, false),
                                new BulkTcp(4, false),
                                new BulkTcp(16, false),
                                new RequestResponse(false),
                                new Memory()),
                        Scenarios::all),
                new Scenario(
                        MANY_PORTS,
                        Testbed.MTU,
                        List.of(new PortsPresent(), new Broadcast()),
                        Scenarios::isTapswitchOrFloor));
    }

    /** Runs only on request, because it takes long. */
    static List<Scenario> onDemand() {
        return List.of(new Scenario(2, Testbed.MTU, List.of(new Pauses()), Scenarios::isTapswitchOrFloor));
    }

    /** Systems that forward in a separate process, so that the generator offers the same load to all. */
    private static boolean isTapswitchOrFloor(SystemUnderTest system) {
        return system.id().startsWith("tapswitch") || system.id().startsWith("floor");
    }
}
