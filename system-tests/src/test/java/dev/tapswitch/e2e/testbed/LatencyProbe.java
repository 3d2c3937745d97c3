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
 * Measures the round-trip times between two nodes that take no part in an attack. At the same time it measures how late a sleeping thread of the test
 * wakes up, which the switch cannot influence. On a busy machine both are late; the limit grows with the wake-up delay, so that only the switch is judged.
 */
public final class LatencyProbe {
    private static final int PINGS = 200;
    private static final double LIMIT_MS = 5;
    /** Of one round trip through the switch: worker, receiver's kernel, worker, ping. */
    private static final int WAKE_UPS = 4;

    private static final int ROUNDS = 6;
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    private final Node from;
    private final String address;

    public LatencyProbe(Node from, String address) {
        this.from = from;
        this.address = address;
    }

    /** Passes if in one of six rounds no ping is lost and the 99th percentile is below 5 ms plus four wake-up delays. */
    public void assertLowLatency(String during) {
        var rounds = new StringBuilder();
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture<Double> wakeUpDelay = CompletableFuture.supplyAsync(LatencyProbe::wakeUpDelayMs);
            CommandResult ping = from.tryExec(
                    Duration.ofSeconds(30), "ping", "-n", "-c", "" + PINGS, "-i", "0.01", "-W", "2", address);
            List<Double> times = times(ping.output());
            double limit = LIMIT_MS + WAKE_UPS * wakeUpDelay.join();
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

    /** The 99th percentile of this thread's wake-up delays while the pings are sent. */
    private static double wakeUpDelayMs() {
        List<Double> delays = new ArrayList<>();
        for (int i = 0; i < PINGS; i++) {
            long start = System.nanoTime();
            Await.pause(Duration.ofMillis(10));
            delays.add((System.nanoTime() - start) / 1e6 - 10);
        }
        return percentile(delays, 99);
    }

    private static double percentile(List<Double> values, int percent) {
        Collections.sort(values);
        return values.get(Math.min(values.size() - 1, values.size() * percent / 100));
    }
}
