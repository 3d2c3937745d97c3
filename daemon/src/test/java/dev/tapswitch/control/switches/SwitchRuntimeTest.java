package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.table.MacTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a change that fails half-way is undone. Everything except the devices is real. */
@Timeout(60)
class SwitchRuntimeTest {
    private static final long MAC = 0x0200_0000_0001L;
    private static final StaticMac BOUND = new StaticMac(MAC, 0, "a");
    private static final StaticNeighbour NEIGHBOUR = new StaticNeighbour(IpAddress.parse("198.18.0.1"), MAC);

    @TempDir
    private Path directory;

    private final FakeDevices devices = new FakeDevices();
    private StateDirectory state;
    private ControlThread control;
    private SwitchRuntime runtime;

    @BeforeEach
    void start() throws IOException {
        state = StateDirectory.open(directory);
        control = new ControlThread();
        runtime = Runtimes.start(control, state, devices);
    }

    @AfterEach
    void end() throws IOException {
        control.close();
        runtime.close();
        state.close();
        assertEquals(Set.of(), devices.open(), "devices left open");
    }

    /** A switch with ports a and b, a MAC bound to port a, and a neighbour. */
    private static SwitchConfig lan() {
        return new SwitchConfig(
                "lan",
                SwitchConfig.of("lan").values().with(SwitchSchema.MAC_CAPACITY, 1_024),
                Map.of("a", PortConfig.of("a"), "b", PortConfig.of("b")),
                List.of(BOUND),
                List.of(NEIGHBOUR));
    }

    private static Map<String, SwitchConfig> only(SwitchConfig... switches) {
        Map<String, SwitchConfig> all = new LinkedHashMap<>();
        for (SwitchConfig sw : switches) all.put(sw.name(), sw);
        return all;
    }

    /** Applies the target, which must fail, and checks that nothing has changed. */
    private RequestException assertUndone(Map<String, SwitchConfig> target) {
        Map<String, SwitchConfig> before = runtime.config();
        Set<String> devicesBefore = devices.open();
        RequestException e = assertThrows(RequestException.class, () -> runtime.apply(target, false));
        assertEquals(before, runtime.config());
        assertEquals(devicesBefore, devices.open());
        assertTablesHaveStaticEntries();
        for (RunningSwitch sw : runtime.switches())
            for (RunningPort port : sw.ports()) assertEquals(PortState.UP, port.state(), port.why());
        return e;
    }

    /** A request that was queued when another process took over would otherwise open devices that this process does not own any more. */
    @Test
    void anAbandonedRuntimeRefusesChanges() {
        runtime.abandonQueues();
        RequestException e = assertThrows(RequestException.class, () -> runtime.apply(only(lan()), false));
        assertEquals(RequestException.Reason.BUSY, e.reason());
        assertEquals(Set.of(), devices.open());
    }

    private void assertTablesHaveStaticEntries() {
        RunningSwitch sw = runtime.find("lan");
        int port = sw.port("a").index();
        assertEquals(MacTable.STATIC_HERE, sw.learning().macTable().wouldLearn(MAC, 0, port, 0));
        long[] found = {0};
        sw.learning()
                .neighbourTable()
                .forEach(0, Integer.MAX_VALUE, Clock.nowMs(), (hi, lo, vlan, mac, heardOn, isStatic, ageMs) -> {
                    if (new IpAddress(hi, lo).equals(NEIGHBOUR.address())) found[0] = mac;
                });
        assertEquals(MAC, found[0]);
    }

    @Test
    void aPortThatCannotBeOpenedUndoesAllStepsBeforeIt() throws RequestException {
        runtime.apply(only(lan()), false);
        devices.broken.add("c");
        SwitchConfig changed = lan().with(lan().values().with(SwitchSchema.AGEING, 5_000L))
                .with(PortConfig.of("b").with(PortSchema.MTU, 9_000))
                .with(PortConfig.of("c"));
        RequestException e = assertUndone(only(SwitchConfig.of("dmz").with(PortConfig.of("d")), changed));
        assertEquals(RequestException.Reason.FAILED, e.reason());
        assertEquals("switch lan: port c: device c is broken", e.getMessage());
        assertEquals(
                300_000, runtime.find("lan").learning().snapshot().settings().ageingMs());
        assertEquals(
                1_500,
                runtime.find("lan")
                        .learning()
                        .snapshot()
                        .port(runtime.find("lan").port("b").index())
                        .mtu());
    }

    @Test
    void aFailedChangeRestoresARemovedPortWithItsBoundMacs() throws RequestException {
        runtime.apply(only(lan()), false);
        devices.broken.add("c");
        assertUndone(only(lan().without("a").with(PortConfig.of("c"))));
    }

    @Test
    void aFailedMoveToABrokenDeviceRestoresThePortWithItsBoundMacs() throws RequestException {
        runtime.apply(only(lan()), false);
        devices.broken.add("c");
        assertUndone(only(lan().with(PortConfig.of("a").with(PortSchema.DEVICE, "c"))));
    }

    @Test
    void aFailedChangeRestoresARemovedSwitchWithItsPortsAndEntries() throws RequestException {
        runtime.apply(only(lan()), false);
        devices.broken.add("c");
        assertUndone(only(SwitchConfig.of("dmz").with(PortConfig.of("c"))));
    }

    @Test
    void aFailedChangeRestoresRemovedEntries() throws RequestException {
        runtime.apply(only(lan()), false);
        devices.broken.add("c");
        SwitchConfig bare = new SwitchConfig("lan", lan().values(), lan().ports(), List.of(), List.of());
        assertUndone(only(bare.with(PortConfig.of("c"))));
    }

    @Test
    void aTableTooSmallForTheStaticEntriesLeavesTheSwitchAsItWas() throws RequestException {
        SwitchConfig large = lan();
        for (int i = 2; i < 300; i++) large = large.with(new StaticMac(MAC + i, 0, "b"));
        runtime.apply(only(large), false);
        RequestException e = assertUndone(only(large.with(large.values().with(SwitchSchema.MAC_CAPACITY, 64))));
        assertEquals(RequestException.Reason.CONFLICT, e.reason());
    }

    @Test
    void atTheStartAPortThatCannotBeOpenedWaitsAndTheOthersRun() throws RequestException {
        devices.broken.add("b");
        runtime.apply(only(lan()), true);
        assertEquals(PortState.UP, runtime.find("lan").port("a").state());
        assertEquals(PortState.GONE, runtime.find("lan").port("b").state());
        assertEquals("device b is broken", runtime.find("lan").port("b").why());
    }

    @Test
    void aPortThatWaitsIsOpenedByALaterTick() throws RequestException {
        devices.broken.add("b");
        runtime.apply(only(lan()), true);
        devices.broken.clear();
        while (runtime.find("lan").port("b").state() != PortState.UP) {
            runtime.tick(Clock.nowMs());
            Thread.onSpinWait();
        }
        assertEquals(Set.of("a", "b"), devices.open());
    }
}
