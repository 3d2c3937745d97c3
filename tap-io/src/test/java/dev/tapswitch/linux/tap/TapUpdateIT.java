package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static dev.tapswitch.linux.tap.TapDeviceIT.assertContains;
import static dev.tapswitch.linux.tap.TapDeviceIT.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.sys.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes to an open TAP. */
@Timeout(400)
class TapUpdateIT {
    @Test
    void mtuMacAddressesAndRoutesAreChanged() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace())
                        .addresses("198.18.0.1/24", "fd00::1/64")
                        .routes("default via 198.18.0.254", "default via fd00::fe")
                        .open()) {
            TapSpec wanted = tap("web0", netns.namespace())
                    .mtu(1400)
                    .mac(0x02_00_00_00_00_18L)
                    .addresses("198.18.5.1/24", "fd00::1/64")
                    .routes("default via 198.18.5.254", "default via fd00::fe")
                    .spec();
            device.update(wanted);
            String address = netns.ipJson("addr", "show", "web0");
            assertContains(address, "\"mtu\":1400", "02:00:00:00:00:18", "198.18.5.1", "fd00::1");
            assertFalse(address.contains("198.18.0.1"), address);
            String routes = netns.ipJson("route");
            assertContains(routes, "\"gateway\":\"198.18.5.254\"");
            assertFalse(routes.contains("198.18.0.254"), routes);
            assertContains(netns.ipJson("-6", "route"), "\"gateway\":\"fd00::fe\"");
            assertEquals(wanted, device.spec());
        }
    }

    @Test
    void theOtherAddressesOfASubnetStayWhenTheFirstIsRemoved() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace())
                        .addresses("198.18.0.1/24", "198.18.0.2/24")
                        .routes("default via 198.18.0.254")
                        .open()) {
            device.update(tap("web0", netns.namespace())
                    .addresses("198.18.0.2/24")
                    .routes("default via 198.18.0.254")
                    .spec());
            String address = netns.ipJson("addr", "show", "web0");
            assertContains(address, "198.18.0.2");
            assertFalse(address.contains("198.18.0.1\""), address);
            assertContains(netns.ipJson("route"), "\"gateway\":\"198.18.0.254\"");
        }
    }

    @Test
    void addressesAndRoutesThatTheKernelRemovesWithALinkThatGoesDownAreRestored() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            Specs up = tap("web0", netns.namespace())
                    .addresses("198.18.0.1/24", "fd00::1/64")
                    .routes("default via 198.18.0.254", "default via fd00::fe");
            try (TapDevice device = up.open()) {
                device.update(up.up(false).spec());
                assertEquals(LinkState.DOWN, device.state());
                device.update(up.spec());
                assertEquals(LinkState.UP, device.state());
                assertContains(netns.ipJson("addr", "show", "web0"), "198.18.0.1", "fd00::1");
                assertContains(netns.ipJson("route"), "\"gateway\":\"198.18.0.254\"");
                assertContains(netns.ipJson("-6", "route"), "\"gateway\":\"fd00::fe\"");
            }
        }
    }

    @Test
    void aChangeThatFailsIsReverted() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace())
                        .addresses("198.18.0.1/24")
                        .open()) {
            TapSpec before = device.spec();
            TapSpec wanted = tap("web0", netns.namespace())
                    .mtu(1400)
                    .addresses("198.18.5.1/24")
                    .routes("default via 198.18.77.1")
                    .spec();
            DeviceException e = assertThrows(DeviceException.class, () -> device.update(wanted));
            assertOneLine(e, "cannot change tap \"web0\"", "198.18.77.1", "ENETUNREACH");
            assertContains(netns.ipJson("addr", "show", "web0"), "\"mtu\":1500", "198.18.0.1");
            assertEquals(before, device.spec());
        }
    }

    @Test
    void anotherNumberOfQueuesIsRefused() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = tap("web0", netns.namespace()).open()) {
            TapSpec other = tap("web0", netns.namespace()).queues(2).spec();
            assertThrows(IllegalArgumentException.class, () -> device.update(other));
        }
    }
}
