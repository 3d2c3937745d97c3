package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static dev.tapswitch.linux.tap.TapDeviceIT.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel has the rate limits, as tc(8) shows. CniIT measures end to end that they limit the traffic. */
@Timeout(400)
class ShaperIT {
    @Test
    void aLimitIsSetChangedAndRemoved() throws Exception {
        try (NetnsFixture netns = new NetnsFixture();
                TapDevice device = TapDevice.open(tap("web0", netns.namespace()).limited("20M burst 1M", "2G"))) {
            Specs web = tap("web0", netns.namespace());
            assertContains(tc(netns, "web0"), "tbf 7473: root", "rate 20Mbit burst 125000b");
            assertContains(tc(netns, "web0"), "ingress ffff:");
            assertContains(tc(netns, "ifb-web0"), "tbf 7473: root", "rate 2Gbit burst 6250000b");

            device.update(web.mtu(9000).limited("20M burst 1M", "30M"));
            assertContains(tc(netns, "ifb-web0"), "rate 30Mbit");
            // A bucket smaller than a frame would let no frame pass.
            device.update(web.mtu(9000).limited("20M burst 1k", "30M"));
            assertContains(tc(netns, "web0"), "burst 901"); // 9,018 bytes, which tc(8) rounds

            device.update(web.spec());
            assertFalse(tc(netns, "web0").contains("tbf"), tc(netns, "web0"));
            assertFalse(tc(netns, "web0").contains("ingress"), tc(netns, "web0"));
            assertFalse(netns.has("ifb-web0"));
            device.update(web.limited("0", "1M"));
            assertTrue(netns.has("ifb-web0"));
        }
    }

    @Test
    void theIfbDeviceIsRemovedWithTheTap() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            TapDevice.open(tap("web0", netns.namespace()).limited("1M", "1M")).close();
            assertEquals(1, netns.ip("-br", "link").lines().count(), netns.ip("-br", "link"));
        }
    }

    @Test
    void aPersistentTapKeepsItsLimitUntilItIsAttachedWithAnother() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            Specs web = tap("web0", netns.namespace()).persistent(true);
            TapDevice.open(web.limited("1M", "2M")).close();
            assertContains(tc(netns, "web0"), "rate 1Mbit", "ingress");
            TapDevice.open(web.limited("1M", "3M")).close();
            assertContains(tc(netns, "ifb-web0"), "rate 3Mbit");
            web.open().close();
            assertFalse(tc(netns, "web0").contains("tbf"), tc(netns, "web0"));
            assertFalse(netns.has("ifb-web0"));
        }
    }

    @Test
    void queueingDisciplinesOfOthersAreKept() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            Specs web = tap("web0", netns.namespace()).persistent(true);
            web.open().close();
            NetnsFixture.run("tc", "-n", netns.name, "qdisc", "add", "dev", "web0", "root", "handle", "1:", "htb");
            NetnsFixture.run("tc", "-n", netns.name, "qdisc", "add", "dev", "web0", "ingress");
            web.open().close();
            assertContains(tc(netns, "web0"), "htb 1: root", "ingress ffff:");
        }
    }

    private static String tc(NetnsFixture netns, String device) {
        return NetnsFixture.run("tc", "-n", netns.name, "-d", "qdisc", "show", "dev", device);
    }
}
