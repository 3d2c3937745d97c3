package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A station that sends frames with the MAC of another station as the source, 500 per second, until it is closed. */
public final class MacSpoofer implements AutoCloseable {
    private static final int PINGS = 50;
    /** Fewer frames during 50 pings mean that the spoofer did not run. */
    private static final int MIN_SENT = 5;

    private final String mac;
    private final RawSocket socket;
    private final BackgroundLoop loop;
    private final AtomicLong sent = new AtomicLong();

    public MacSpoofer(Node from, String mac) {
        this(from.raw(), mac);
    }

    public MacSpoofer(RawSocket socket, String mac) {
        this.mac = mac;
        this.socket = socket;
        byte[] frame = Frames.frame("02:00:66:66:66:66", mac, Frames.EXPERIMENTAL_ETHERTYPE);
        this.loop = new BackgroundLoop("mac-spoofer", () -> {
            socket.send(frame);
            sent.incrementAndGet();
            Await.pause(Duration.ofMillis(2));
        });
    }

    /** Sends pings to the owner of the MAC. None may be lost, and none may reach the spoofer. */
    public void assertOwnerReceivesAllPings(Node from, String address) {
        assertOwnerReceived(from.tryExec(
                Duration.ofSeconds(60), "ping", "-n", "-c", "" + PINGS, "-i", "0.02", "-W", "10", address));
    }

    /** Like {@link #assertOwnerReceivesAllPings}, with the result of pings that have ended. */
    public void assertOwnerReceived(CommandResult ping) {
        assertEquals(0, ping.exitCode(), ping.output());
        PingReport.assertNoneLost(ping.output());
        assertTrue(sent.get() > MIN_SENT, () -> "the spoofer has sent only " + sent + " frames");
        int stolen = socket.count(
                frame -> Frames.hasAt(frame, 0, mac) && Frames.hasAt(frame, 12, "0800"), Duration.ofMillis(100));
        assertEquals(0, stolen, "frames to " + mac + " that reached the spoofer");
    }

    @Override
    public void close() {
        loop.close();
    }
}
