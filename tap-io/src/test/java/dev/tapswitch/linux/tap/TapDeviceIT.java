package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** TAPs in real namespaces, observed with `ip` in the namespace. */
@Timeout(400)
class TapDeviceIT {
    private static final long MAC = 0x02_00_00_00_00_17L;

    @Test
    void aTapIsCreatedInANamedNamespaceWithTheSpecifiedProperties() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace())
                        .mtu(9000)
                        .mac(MAC)
                        .addresses("198.18.0.1/24", "fd00::1/64")
                        .routes("default via 198.18.0.254", "198.19.0.0/16 via 198.18.0.253", "default via fd00::fe")
                        .open()) {
            String address = netns.ipJson("addr", "show", "web0");
            assertContains(address, "\"mtu\":9000", "\"address\":\"02:00:00:00:00:17\"", "LOWER_UP", "\"txqlen\":1000");
            assertContains(address, "\"local\":\"198.18.0.1\",\"prefixlen\":24", "\"broadcast\":\"198.18.0.255\"");
            assertContains(address, "\"local\":\"fd00::1\",\"prefixlen\":64");
            String routes = netns.ipJson("route");
            assertContains(routes, "\"dst\":\"default\",\"gateway\":\"198.18.0.254\",\"dev\":\"web0\"");
            assertContains(routes, "\"dst\":\"198.19.0.0/16\",\"gateway\":\"198.18.0.253\"");
            assertContains(netns.ipJson("-6", "route"), "\"dst\":\"default\",\"gateway\":\"fd00::fe\"");
            assertEquals(MAC, device.mac());
            assertEquals("web0", device.currentName());
            assertEquals(LinkState.UP, device.state());
        }
    }

    @Test
    void anIpv6AddressIsUsableAtOnce() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device =
                        tap("web0", netns.namespace()).addresses("fd00::1/64").open()) {
            assertEquals(LinkState.UP, device.state());
            String address = netns.ip("-6", "addr", "show", "dev", "web0", "scope", "global");
            assertFalse(address.contains("tentative"), address);
        }
    }

    @Test
    void aNamespaceIsGivenAsAPathOrAsAProcess() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice byPath = tap("a", new Namespace.AtPath("/run/netns/" + netns.name))
                        .open()) {
            assertTrue(netns.has("a"));
            Process sleeper = new ProcessBuilder("ip", "netns", "exec", netns.name, "sleep", "30").start();
            try {
                awaitNamespace(sleeper.pid(), netns);
                try (TapDevice byPid =
                        tap("b", new Namespace.OfPid(sleeper.pid())).open()) {
                    assertTrue(netns.has("b"));
                    assertEquals(1, byPid.queueFds().length);
                    assertEquals(1, byPath.queueFds().length);
                }
            } finally {
                sleeper.destroy();
                sleeper.waitFor();
            }
        }
    }

    @Test
    void closingRemovesTheDevice() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            TapDevice device = tap("web0", netns.namespace()).open();
            device.close();
            device.close();
            assertFalse(netns.has("web0"));
            assertEquals(LinkState.GONE, device.state());
        }
    }

    @Test
    void aTapHasTheSpecifiedNumberOfQueues() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).queues(3).open()) {
            assertEquals(3, device.queueFds().length);
            assertContains(netns.ipJson("-d", "link", "show", "web0"), "\"numqueues\":3", "\"multi_queue\":true");
        }
    }

    @Test
    void offloadIsOfferedAndWithdrawn() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).open()) {
            assertContains(features(netns), "tcp-segmentation-offload: on", "tx-checksumming: on");
            device.update(tap("web0", netns.namespace()).offload(false).spec());
            assertContains(features(netns), "tcp-segmentation-offload: off", "tx-checksumming: off");
        }
    }

    @Test
    void aReadOfANonBlockingQueueDoesNotWait() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).up(false).open();
                Arena arena = Arena.ofConfined()) {
            device.setNonBlocking(true);
            long buffer = arena.allocate(64).address();
            assertEquals(-Errno.EAGAIN, Libc.read(device.queueFds()[0], buffer, 64));
            device.setNonBlocking(false);
        }
    }

    @Test
    void theLinkStateIsKnownWithoutEnteringTheNamespace() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).open()) {
            netns.ip("link", "set", "web0", "down");
            assertEquals(LinkState.DOWN, device.state());
            netns.ip("link", "set", "web0", "up");
            assertEquals(LinkState.UP, device.state());
            netns.ip("link", "del", "web0");
            assertEquals(LinkState.GONE, device.state());
            assertGone(device::mac);
        }
    }

    @Test
    void aTapWhoseNamespaceIsDeletedIsGone() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).open()) {
            netns.delete();
            assertEquals(LinkState.GONE, device.state());
            TapSpec changed = tap("web0", netns.namespace()).mtu(1400).spec();
            assertGone(() -> device.update(changed));
        }
    }

    @Test
    void aTapIsGoneIfItsNamespaceIsRecreatedAndCanBeCreatedThere() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).open()) {
            netns.delete();
            NetnsFixture.run("ip", "netns", "add", netns.name);
            assertEquals(LinkState.GONE, device.state());
            try (TapDevice again = TapDevice.open(device.spec())) {
                assertEquals(LinkState.UP, again.state());
            }
        }
    }

    @Test
    void aPersistentTapOutlivesItsQueuesAndIsAttachedAgainWithItsAddresses() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            Specs persistent = tap("web0", netns.namespace())
                    .persistent(true)
                    .mac(MAC)
                    .addresses("198.18.0.1/24", "fd00::1/64")
                    .routes("default via 198.18.0.254");
            persistent.open().close();
            assertTrue(netns.has("web0"));
            try (TapDevice again = persistent.offload(false).open()) {
                assertEquals(MAC, again.mac());
                assertEquals(LinkState.UP, again.state());
                assertContains(features(netns), "tcp-segmentation-offload: off");
                assertContains(netns.ipJson("route"), "\"dst\":\"default\",\"gateway\":\"198.18.0.254\"");
            }
            assertTrue(netns.has("web0"));
            persistent.persistent(false).open().close();
            assertFalse(netns.has("web0"));
        }
    }

    @Test
    void aTapThatIsMovedAndRenamedStaysUsable() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                NetnsFixture container = new NetnsFixture();
                TapDevice device = tap("vs0", netns.namespace()).up(false).open()) {
            netns.ip("link", "set", "vs0", "netns", container.name);
            container.ip("link", "set", "vs0", "name", "eth0");
            assertEquals("eth0", device.currentName());
            device.update(tap("vs0", netns.namespace())
                    .mtu(1400)
                    .addresses("198.18.0.1/24")
                    .spec());
            assertContains(container.ipJson("addr", "show", "eth0"), "\"mtu\":1400", "198.18.0.1", "\"UP\"");
        }
    }

    @Test
    void noFileDescriptorLeaks() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            openUpdateAndFail(netns); // Descriptors that are opened once and kept are open now.
            long before = openFiles();
            for (int i = 0; i < 20; i++) openUpdateAndFail(netns);
            assertEquals(before, openFiles());
        }
    }

    private static void openUpdateAndFail(NetnsFixture netns) throws DeviceException {
        try (TapDevice device = tap("web0", netns.namespace()).queues(2).open()) {
            device.update(tap("web0", netns.namespace()).queues(2).mtu(1400).spec());
            assertThrows(
                    DeviceException.class, () -> tap("web0", netns.namespace()).open());
            assertThrows(
                    DeviceException.class,
                    () -> tap("x", netns.namespace())
                            .routes("default via 198.18.0.254")
                            .open());
        }
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void awaitNamespace(long pid, NetnsFixture netns) throws Exception {
        Path wanted = Path.of("/run/netns", netns.name);
        for (int i = 0; i < 200; i++) {
            if (Files.getAttribute(Path.of("/proc/" + pid + "/ns/net"), "unix:ino")
                    .equals(Files.getAttribute(wanted, "unix:ino"))) return;
            Thread.sleep(10);
        }
        throw new AssertionError("process " + pid + " did not enter " + netns.name);
    }

    private static String features(NetnsFixture netns) {
        return NetnsFixture.run("ip", "netns", "exec", netns.name, "ethtool", "-k", "web0");
    }

    private static void assertGone(Executable operation) {
        DeviceException e = assertThrows(DeviceException.class, operation);
        assertOneLine(e, "gone");
        assertEquals(DeviceException.Kind.GONE, e.kind());
    }

    static void assertContains(String text, String... parts) {
        for (String part : parts) assertTrue(text.contains(part), () -> part + " is not in " + text);
    }

    static void assertOneLine(Exception e, String... parts) {
        assertContains(e.getMessage(), parts);
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
}
