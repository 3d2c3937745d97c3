package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests {@link RawSocket} itself: over a veth pair without a switch, a raw socket receives frames as they were sent. */
@Timeout(400)
class RawSocketIT {
    @Test
    void framesAreReceivedUnchangedWithAndWithoutVlanTags() {
        try (var net = new TestNetwork()) {
            String left = net.quietNamespace("left");
            String right = net.quietNamespace("right");
            Command.expect(
                    "ip", "-n", left, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", right);
            Command.expect("ip", "-n", left, "link", "set", "eth0", "up");
            Command.expect("ip", "-n", right, "link", "set", "eth0", "up");
            try (RawSocket in = NamespaceThread.call("/run/netns/" + left, () -> RawSocket.on("eth0"));
                    RawSocket out = NamespaceThread.call("/run/netns/" + right, () -> RawSocket.on("eth0"))) {
                for (String tags : new String[] {"", "8100 0064", "8100 e000", "88a8 0064 8100 00c8"}) {
                    byte[] sent = frame(BROADCAST, "02:00:5e:00:00:01", tags, EXPERIMENTAL_ETHERTYPE, "01");
                    in.send(sent);
                    assertEquals(
                            1,
                            out.receive(Frames.equalTo(sent), 1, Duration.ofSeconds(60))
                                    .size(),
                            tags);
                    assertEquals(
                            0,
                            in.count(Frames.equalTo(sent), Duration.ofMillis(50)),
                            "a socket does not receive frames that leave");
                }
            }
        }
    }
}
