package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the round-trip times between two nodes that take no part in an attack. At the same time it measures how late a thread of the test wakes up, which the
 * switch cannot influence. On a busy machine both are late; the limit grows with this delay, so that only the switch is judged. The thread of the test sleeps. Once
 * that has shown that the machine is busy, it also computes as a worker under attack does, because the scheduler delays such a thread longer.
 */
public final class LatencyProbe {
    private static final int PINGS = 200;
    private static final double LIMIT_MS = 5;
    /** The number of wake-ups in one round trip through the switch: of the worker, the receiver's kernel, the worker, and ping. */
    private static final int WAKE_UPS = 4;

    /** Only other programs delay a sleeping thread for so long. */
    private static final double BUSY_MS = 2;

    private static final int PERIOD_MS = 10;
    private static final int COMPUTING_MS = 5;
    private static final int ROUNDS = 6;
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    private final Node from;
    private final String address;

    public LatencyProbe(Node from, String address) {
        this.from = from;
        this.address = address;
    }

    /** Passes if in one of six rounds no ping is lost and the 99th percentile is below 5 ms plus four times the delay of the test's thread. */
    public void assertLowLatency(String during) {
        var rounds = new StringBuilder();
        boolean isBusy = false;
        for (int round = 0; round < ROUNDS; round++) {
            int computingMs = isBusy ? COMPUTING_MS : 0;
            CompletableFuture<Double> delayMs = CompletableFuture.supplyAsync(() -> delayMs(computingMs));
            CommandResult ping = from.tryExec(
                    Duration.ofSeconds(30), "ping", "-n", "-c", "" + PINGS, "-i", "0.01", "-W", "2", address);
            List<Double> times = times(ping.output());
            double limit = LIMIT_MS + WAKE_UPS * delayMs.join();
            isBusy |= delayMs.join() > BUSY_MS;
            double p99 = times.isEmpty() ? Double.NaN : percentile(times, 99);
            rounds.append("%d of %d replies, p50 %.2f ms, p99 %.2f ms, limit %.2f ms%n"
                    .formatted(times.size(), PINGS, times.isEmpty() ? Double.NaN : percentile(times, 50), p99, limit));
            if (times.size() < PINGS / 2) break;
            if (times.size() == PINGS && p99 < limit) {
                System.out.printf("measured: %s: %s", during, rounds);
                return;
            }
        }
        fail("pings of other nodes during " + during + ":\n" + rounds);
    }

    private static List<Double> times(String output) {
        List<Double> times = new ArrayList<>();
        for (Matcher matcher = TIME.matcher(output); matcher.find(); ) times.add(Double.valueOf(matcher.group(1)));
        return times;
    }

    /** The 99th percentile of this thread's delays while the pings are sent. In each period it computes for {@code computingMs} and sleeps for the rest. */
    private static double delayMs(int computingMs) {
        List<Double> delays = new ArrayList<>();
        for (int i = 0; i < PINGS; i++) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < computingMs * 1_000_000L) Thread.onSpinWait();
            Await.pause(Duration.ofMillis(PERIOD_MS - computingMs));
            delays.add((System.nanoTime() - start) / 1e6 - PERIOD_MS);
        }
        return percentile(delays, 99);
    }

    private static double percentile(List<Double> values, int percent) {
        Collections.sort(values);
        return values.get(Math.min(values.size() - 1, values.size() * percent / 100));
    }
}
