package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static dev.tapswitch.linux.tap.TapDeviceIT.assertContains;
import static dev.tapswitch.linux.tap.TapDeviceIT.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors are one line that says what failed, where and what to do; an operation that fails leaves nothing behind. */
@Timeout(400)
class TapErrorIT {
    @Test
    void theErrorForAMissingNamespaceNamesTheCommandThatCreatesIt() {
        DeviceException e = assertThrows(
                DeviceException.class,
                () -> tap("web0", new Namespace.Named("tsnone")).open());
        assertOneLine(e, "\"web0\"", "namespace \"tsnone\" does not exist", "`ip netns add tsnone`");
        assertEquals(Kind.NO_NAMESPACE, e.kind());
    }

    @Test
    void aPathThatIsNotANamespaceIsRefused() throws Exception {
        Path file = Files.createTempFile("ts", "");
        try (NetnsFixture needsRoot = new NetnsFixture()) {
            DeviceException e = assertThrows(
                    DeviceException.class,
                    () -> tap("web0", new Namespace.AtPath(file.toString())).open());
            assertOneLine(e, file.toString(), "is not a network namespace");
            assertFalse(needsRoot.has("web0"));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aProcessThatHasEndedHasNoNamespace() {
        DeviceException e = assertThrows(
                DeviceException.class,
                () -> tap("web0", new Namespace.OfPid(99_999_999)).open());
        assertOneLine(e, "process 99999999 does not exist");
    }

    @Test
    void aNameThatAnotherDeviceHasIsRefused() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            netns.ip("tuntap", "add", "web0", "mode", "tun");
            DeviceException e = assertThrows(
                    DeviceException.class, () -> tap("web0", netns.namespace()).open());
            assertOneLine(e, "cannot create tap \"web0\" in namespace \"" + netns.name + "\"", "not a TAP (TUN)");
            assertTrue(netns.has("web0"));
        }
    }

    @Test
    void aTapThatIsOpenIsBusyWhateverTheNumberOfItsQueues() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice one = tap("web0", netns.namespace()).open();
                TapDevice two = tap("web1", netns.namespace()).queues(2).open()) {
            for (TapDevice open : List.of(one, two)) {
                DeviceException e = assertThrows(DeviceException.class, () -> TapDevice.open(open.spec()));
                assertOneLine(e, "EBUSY", "choose another name");
                assertEquals(Kind.NAME_TAKEN, e.kind());
                assertEquals(Errno.EBUSY, e.errno());
            }
            assertEquals(LinkState.UP, two.state());
        }
    }

    @Test
    void aPersistentTapWithOneQueueIsNotAttachedWithMore() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            tap("web0", netns.namespace()).persistent(true).open().close();
            DeviceException e = assertThrows(
                    DeviceException.class,
                    () -> tap("web0", netns.namespace()).queues(2).open());
            assertOneLine(e, "one queue", "ip link del web0");
        }
    }

    @Test
    void theErrorForAnUnreachableGatewayHasTheKernelsExplanationAndTheTapIsRemoved() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            Specs spec = tap("web0", netns.namespace())
                    .persistent(true)
                    .addresses("198.18.0.1/24")
                    .routes("default via 198.18.7.254");
            DeviceException e = assertThrows(DeviceException.class, spec::open);
            assertOneLine(e, "route \"default via 198.18.7.254\"", "ENETUNREACH", "Nexthop has invalid gateway");
            assertFalse(netns.has("web0"));
        }
    }

    @Test
    void aRouteThroughAnotherDeviceIsNotReplaced() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice first = tap("web0", netns.namespace())
                        .addresses("198.18.0.1/24")
                        .routes("default via 198.18.0.254")
                        .open()) {
            Specs second =
                    tap("web1", netns.namespace()).addresses("198.18.1.1/24").routes("default via 198.18.1.254");
            DeviceException e = assertThrows(DeviceException.class, second::open);
            assertOneLine(e, "another route to the same destination");
            assertEquals(Errno.EEXIST, e.errno());
            assertFalse(netns.has("web1"));
            assertEquals(LinkState.UP, first.state());
            assertContains(netns.ipJson("route"), "\"gateway\":\"198.18.0.254\"");
        }
    }
}
