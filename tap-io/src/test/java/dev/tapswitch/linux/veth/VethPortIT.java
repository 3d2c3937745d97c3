package dev.tapswitch.linux.veth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.bpf.BpfFixture;
import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tc.RateLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Veth pairs with a slow path, observed with `ip` in the namespaces of both ends. The container's root may rename, move or delete its end at any time. */
@Timeout(180)
class VethPortIT {
    private static final long MAC = 0x02_00_00_00_00_17L;

    private VethBed bed;
    private TestNamespace container;

    @BeforeEach
    void create() throws Exception {
        bed = new VethBed(2);
        container = bed.containers.get(0);
    }

    @AfterEach
    void remove() {
        if (bed != null) bed.close();
    }

    private VethSpec plain() {
        return bed.spec(0, end -> end);
    }

    private VethPort open(VethSpec spec) throws DeviceException {
        return VethPort.open(spec, bed.links);
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) assertTrue(text.contains(part), () -> part + " is not in " + text);
    }

    private void assertNothingIsLeft() {
        assertEquals(List.of(), bed.interfaces());
        assertEquals(List.of(), bed.interfaces(0));
    }

    @Test
    void theContainersEndHasTheSpecifiedProperties() throws Exception {
        VethSpec spec = bed.spec(
                0,
                end -> end.mtu(9000)
                        .mac(MAC)
                        .addresses(List.of("198.18.0.1/24", "fd00::1/64"))
                        .routes(List.of("default via 198.18.0.254", "default via fd00::fe")));
        try (VethPort port = open(spec)) {
            String address = container.ip("addr", "show", "eth0");
            assertContains(address, "mtu 9000", "02:00:00:00:00:17", "LOWER_UP", "198.18.0.1/24", "fd00::1/64");
            String global = container.ip("-6", "addr", "show", "dev", "eth0", "scope", "global");
            assertFalse(global.contains("tentative"), global);
            assertContains(container.ip("route"), "default via 198.18.0.254 dev eth0");
            assertContains(container.ip("-6", "route"), "default via fd00::fe dev eth0");
            assertEquals(MAC, port.mac());
            assertEquals("eth0", port.currentName());
            assertEquals(LinkState.UP, port.state());
            assertTrue(port.isIn(spec.end().namespace()));
            assertFalse(port.isIn(new Namespace.Current()));
            assertEquals(container.ifindex("eth0"), port.peerIndex());
        }
    }

    @Test
    void hostEndAndTapAreInTheSwitchsNamespaceAndSilent() throws Exception {
        try (VethPort port = open(bed.spec(0, end -> end.mtu(9000).queues(2)))) {
            assertEquals(List.of("h0", "t0"), bed.interfaces());
            for (String device : bed.interfaces()) {
                String link = bed.ip("-d", "addr", "show", device);
                assertContains(link, "mtu 9000", "NOARP", ",UP");
                assertFalse(link.contains("inet6"), link);
            }
            String tap = bed.ip("-j", "-d", "link", "show", "t0");
            assertContains(tap, "\"numqueues\":2", "\"multi_queue\":true", "\"vnet_hdr\":true", "\"pi\":false");
            assertContains(bed.ip("link", "show", "h0"), port.hostEnd() + ": h0");
            assertContains(bed.ip("link", "show", "t0"), port.slowPath() + ": t0");
            assertEquals(2, port.queueFds().length);
        }
    }

    @Test
    void closingLeavesNothing() throws Exception {
        VethPort port =
                open(bed.spec(0, end -> end.sendLimit(RateLimit.parse("20M")).receiveLimit(RateLimit.parse("30M"))));
        assertContains(container.exec("tc", "qdisc", "show", "dev", "eth0"), "tbf", "rate 20Mbit", "ingress");
        assertContains(container.exec("tc", "qdisc", "show", "dev", "ifb-eth0"), "rate 30Mbit");
        port.close();
        port.close();
        assertNothingIsLeft();
        assertEquals(LinkState.GONE, port.state());
        assertEquals(0, port.queueFds().length);
        assertEquals(Kind.GONE, assertThrows(DeviceException.class, port::mac).kind());
    }

    @Test
    void theStateFollowsTheContainersEnd() throws Exception {
        try (VethPort port = open(plain())) {
            container.ip("link", "set", "eth0", "down");
            assertEquals(LinkState.DOWN, port.state());
            container.ip("link", "set", "eth0", "up");
            assertEquals(LinkState.UP, port.state());
            container.ip("link", "del", "eth0");
            assertEquals(LinkState.GONE, port.state());
            assertEquals(
                    Kind.GONE, assertThrows(DeviceException.class, port::mac).kind());
        }
        assertNothingIsLeft();
    }

    @Test
    void anEndThatIsMovedIsGoneUntilTheMoveIsRecorded() throws Exception {
        VethSpec elsewhere = bed.spec(1, end -> end);
        try (VethPort port = open(plain())) {
            container.ip("link", "set", "eth0", "netns", bed.containers.get(1).name());
            assertEquals(LinkState.GONE, port.state());
            DeviceException e =
                    assertThrows(DeviceException.class, () -> port.update(bed.spec(0, end -> end.mtu(1400))));
            assertEquals(Kind.GONE, e.kind());
            bed.containers.get(1).ip("link", "set", "eth0", "name", "lan0", "up");
            port.movedTo(elsewhere.end().namespace(), "lan0");
            assertEquals(LinkState.UP, port.state());
            assertEquals("lan0", port.currentName());
            assertTrue(port.isIn(elsewhere.end().namespace()));
            port.update(
                    port.spec().withEnd(port.spec().end().toBuilder().mtu(1400).build()));
            assertContains(bed.containers.get(1).ip("link", "show", "lan0"), "mtu 1400");
        }
        assertEquals(List.of(), bed.interfaces(1));
        assertNothingIsLeft();
    }

    /** While nobody asks for the state, the end loses its carrier and gets it back. */
    @Test
    void anEndThatIsMovedAndUpAgainBetweenTwoQueriesIsGoneWithinSeconds() throws Exception {
        try (VethPort port = open(plain())) {
            assertEquals(LinkState.UP, port.state());
            container.ip("link", "set", "eth0", "netns", bed.containers.get(1).name());
            bed.containers.get(1).ip("link", "set", "eth0", "up");
            while (port.state() != LinkState.GONE) {
                // @Timeout interrupts this thread.
                assertFalse(Thread.currentThread().isInterrupted(), "still " + port.state());
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void anEndWhoseNamespaceIsDeletedIsGone() throws Exception {
        try (VethPort port = open(plain())) {
            bed.containers.removeFirst().close();
            assertEquals(LinkState.GONE, port.state());
        }
    }

    @Test
    void anInterfaceUnderTheOldNameIsNotMistakenForTheEnd() throws Exception {
        try (VethPort port = open(bed.spec(0, end -> end.mac(MAC)))) {
            container.ip("link", "set", "eth0", "down");
            container.ip("link", "set", "eth0", "name", "mine");
            container.ip("link", "add", "eth0", "type", "bridge");
            container.ip("link", "set", "mine", "up");
            assertEquals("mine", port.currentName());
            assertEquals(MAC, port.mac());
            assertEquals(LinkState.UP, port.state());
            port.update(bed.spec(0, end -> end.mac(MAC).mtu(1400)));
            assertContains(container.ip("link", "show", "mine"), "mtu 1400");
            assertContains(container.ip("link", "show", "eth0"), "mtu 1500");
        }
        assertEquals(List.of("eth0"), bed.interfaces(0));
    }

    @Test
    void anInterfaceWithTheNameAndTheIndexOfAMovedEndIsNotMistakenForIt() throws Exception {
        try (VethPort port = open(plain())) {
            String index = Integer.toString(port.peerIndex());
            container.ip("link", "set", "eth0", "netns", bed.containers.get(1).name());
            container.ip("link", "add", "eth0", "index", index, "type", "veth", "peer", "name", "other");
            container.ip("link", "set", "eth0", "up");
            assertEquals(Integer.parseInt(index), container.ifindex("eth0"));
            assertEquals(LinkState.GONE, port.state());
            assertThrows(DeviceException.class, () -> port.update(bed.spec(0, end -> end.mtu(1400))));
            assertContains(container.ip("link", "show", "eth0"), "mtu 1500");
            assertThrows(
                    DeviceException.class,
                    () -> VethPort.takeOver(plain(), bed.links, Integer.parseInt(index), port.queueFds()));
        }
        assertEquals(List.of("eth0", "other"), bed.interfaces(0));
    }

    @Test
    void mtuMacAddressesRoutesLimitsAndOffloadAreChanged() throws Exception {
        try (VethPort port = open(bed.spec(0, end -> end.addresses(List.of("198.18.0.1/24"))))) {
            VethSpec wanted = bed.spec(
                    0,
                    end -> end.mtu(9000)
                            .mac(MAC)
                            .offload(false)
                            .addresses(List.of("198.18.5.1/24"))
                            .routes(List.of("default via 198.18.5.254"))
                            .sendLimit(RateLimit.parse("20M")));
            port.update(wanted);
            String address = container.ip("addr", "show", "eth0");
            assertContains(address, "mtu 9000", "02:00:00:00:00:17", "198.18.5.1/24", "tbf");
            assertFalse(address.contains("198.18.0.1"), address);
            assertContains(container.ip("route"), "default via 198.18.5.254");
            assertContains(bed.ip("link", "show", "h0"), "mtu 9000");
            assertContains(bed.ip("link", "show", "t0"), "mtu 9000");
            assertContains(bed.run("ethtool", "-k", "t0"), "tcp-segmentation-offload: off");
            assertEquals(wanted, port.spec());
            port.update(bed.spec(0, end -> end.up(false)));
            assertEquals(LinkState.DOWN, port.state());
            assertContains(bed.ip("link", "show", "t0"), "mtu 1500");
            assertContains(bed.run("ethtool", "-k", "t0"), "tcp-segmentation-offload: on");
        }
    }

    @Test
    void aChangeThatFailsIsReverted() throws Exception {
        try (VethPort port = open(bed.spec(0, end -> end.addresses(List.of("198.18.0.1/24"))))) {
            VethSpec before = port.spec();
            VethSpec wanted = bed.spec(
                    0,
                    end -> end.mtu(9000)
                            .addresses(List.of("198.18.5.1/24"))
                            .routes(List.of("default via 198.18.77.1")));
            DeviceException e = assertThrows(DeviceException.class, () -> port.update(wanted));
            assertContains(e.getMessage(), "cannot change veth \"eth0\" in namespace", "198.18.77.1");
            assertContains(container.ip("addr", "show", "eth0"), "mtu 1500", "198.18.0.1/24");
            for (String device : bed.interfaces()) assertContains(bed.ip("link", "show", device), "mtu 1500");
            assertEquals(before, port.spec());
        }
    }

    @Test
    void anotherNameNamespaceOrNumberOfQueuesIsRefused() throws Exception {
        try (VethPort port = open(plain())) {
            assertThrows(IllegalArgumentException.class, () -> port.update(bed.spec(0, end -> end.queues(2))));
            assertThrows(IllegalArgumentException.class, () -> port.update(bed.spec(1, end -> end)));
            assertThrows(IllegalArgumentException.class, () -> port.update(bed.spec(0, end -> end.device("eth1"))));
        }
    }

    @Test
    void aNameThatIsTakenIsRefusedInEitherNamespaceAndNothingIsLeft() throws Exception {
        container.ip("link", "add", "eth0", "type", "bridge");
        DeviceException e = assertThrows(DeviceException.class, () -> open(plain()));
        assertEquals(Kind.NAME_TAKEN, e.kind());
        assertContains(e.getMessage(), "another interface there has this name");
        assertEquals(List.of(), bed.interfaces());
        assertEquals(List.of("eth0"), bed.interfaces(0));
        container.ip("link", "del", "eth0");
        for (String name : List.of("h0", "t0")) {
            bed.ip("link", "add", name, "type", "bridge");
            assertThrows(DeviceException.class, () -> open(plain()));
            assertEquals(List.of(name), bed.interfaces());
            assertEquals(List.of(), bed.interfaces(0));
            bed.ip("link", "del", name);
        }
    }

    @Test
    void aPortThatCannotBeSetUpLeavesNothing() throws Exception {
        VethSpec unreachable = bed.spec(
                0,
                end -> end.persistent(true)
                        .addresses(List.of("198.18.0.1/24"))
                        .routes(List.of("default via 198.18.7.254"))
                        .receiveLimit(RateLimit.parse("1M")));
        assertContains(
                assertThrows(DeviceException.class, () -> open(unreachable)).getMessage(), "198.18.7.254");
        assertNothingIsLeft();
        VethSpec nowhere = new VethSpec(
                TapSpec.builder("eth0", new Namespace.Named("tsnone")).build(), "h0", "t0");
        assertEquals(
                Kind.NO_NAMESPACE,
                assertThrows(DeviceException.class, () -> open(nowhere)).kind());
        VethSpec inside =
                new VethSpec(TapSpec.builder("eth0", bed.namespace.namespace()).build(), "h0", "t0");
        assertContains(
                assertThrows(DeviceException.class, () -> open(inside)).getMessage(), "choose another namespace");
        assertNothingIsLeft();
    }

    @Test
    void namesThatTheKernelRefusesAreRefused() {
        TapSpec end = plain().end();
        assertThrows(IllegalArgumentException.class, () -> new VethSpec(end, "a name", "t0"));
        assertThrows(IllegalArgumentException.class, () -> new VethSpec(end, "h0", "sixteen-bytes-00"));
        assertThrows(IllegalArgumentException.class, () -> new VethSpec(end, "h0", "h0"));
    }

    @Test
    void noFileDescriptorLeaks() throws Exception {
        openUpdateAndFail(); // Descriptors that are opened once and kept are open now.
        long before = openFiles();
        for (int i = 0; i < 5; i++) openUpdateAndFail();
        assertEquals(before, openFiles());
    }

    private void openUpdateAndFail() throws DeviceException {
        try (VethPort port = open(plain())) {
            port.update(bed.spec(0, end -> end.mtu(1400)));
            assertEquals(LinkState.UP, port.state());
            assertThrows(DeviceException.class, () -> open(plain()));
            assertThrows(DeviceException.class, () -> VethPort.takeOver(plain(), bed.links, 1));
        }
    }

    private static long openFiles() throws DeviceException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new DeviceException(e.toString(), e);
        }
    }

    @Test
    void neitherEndIsInTheHostsNamespace() throws Exception {
        VethSpec spec = bed.spec(0, end -> end.device("tsveth-end"));
        try (VethPort port = open(new VethSpec(spec.end(), "tsveth-host", "tsveth-tap"))) {
            assertEquals(LinkState.UP, port.state());
            String links = BpfFixture.run("ip", "-br", "link");
            assertFalse(links.contains("tsveth-"), links);
        }
    }
}
