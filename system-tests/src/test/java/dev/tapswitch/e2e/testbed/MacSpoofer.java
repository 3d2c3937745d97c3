package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A station that sends from somebody else's MAC, 500 times a second, until it is closed. */
public final class MacSpoofer implements AutoCloseable {
    private static final int PINGS = 50;

    private final String mac;
    private final RawSocket socket;
    private final Thread thread;
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean isClosed;

    public MacSpoofer(Node forger, String mac) {
        this(forger.raw(), mac);
    }

    public MacSpoofer(RawSocket socket, String mac) {
        this.mac = mac;
        this.socket = socket;
        byte[] frame = Frames.frame("02:00:66:66:66:66", mac, Frames.NOBODYS);
        this.thread = Thread.ofPlatform().daemon().start(() -> {
            while (!isClosed) {
                socket.send(frame);
                sent.incrementAndGet();
                Await.pause(Duration.ofMillis(2));
            }
        });
    }

    /** Pings, of which none is lost and none comes here. */
    public void assertNothingIsLost(Node from, String address) {
        CommandResult ping = from.tryExec(
                Duration.ofSeconds(60), "ping", "-n", "-q", "-c", "" + PINGS, "-i", "0.02", "-W", "10", address);
        assertNothingCame(ping);
    }

    public void assertNothingCame(CommandResult ping) {
        assertEquals(0, ping.exitCode(), ping.output());
        assertTrue(ping.output().contains(" 0% packet loss"), ping.output());
        assertTrue(sent.get() > 5, () -> "forged " + sent + " frames only");
        int stolen = socket.count(
                frame -> Frames.has(frame, 0, mac) && Frames.has(frame, 12, "0800"), Duration.ofMillis(100));
        assertEquals(0, stolen, "frames to " + mac + " came to the forger");
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
