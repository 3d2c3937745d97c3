package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two nodes that have nothing to do with an attack and ping each other. How long their pings take is measured beside how late a thread of the test wakes up,
 * which the switch has no part in: on a busy machine both are late, and only the switch's part is judged.
 */
public final class LatencyProbe {
    private static final int PINGS = 200;
    private static final double LIMIT_MS = 5;
    /** Of an echo and its reply, by the switch: ping, worker, worker, ping. */
    private static final int WAKE_UPS = 4;

    private static final int ROUNDS = 6;
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    private final Node from;
    private final String address;

    public LatencyProbe(Node from, String address) {
        this.from = from;
        this.address = address;
    }

    /** In one of some rounds nothing is lost and 99 of 100 pings take less than 5 ms, or what the machine itself adds to that. */
    public void expectQuickPings(String during) {
        StringBuilder said = new StringBuilder();
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture<Double> machine = CompletableFuture.supplyAsync(LatencyProbe::wakeUpMs);
            CommandResult ping = from.tryExec(
                    Duration.ofSeconds(30), "ping", "-n", "-c", "" + PINGS, "-i", "0.01", "-W", "2", address);
            List<Double> times = times(ping.output());
            double limit = LIMIT_MS + WAKE_UPS * machine.join();
            double p99 = times.isEmpty() ? Double.NaN : percentile(times, 99);
            said.append("%d of %d came back, p50 %.2f ms, p99 %.2f ms, limit %.2f ms%n"
                    .formatted(times.size(), PINGS, times.isEmpty() ? Double.NaN : percentile(times, 50), p99, limit));
            if (times.size() < PINGS / 2) break;
            if (times.size() == PINGS && p99 < limit) {
                System.out.printf("measured: %s: %s", during, said);
                return;
            }
        }
        assertTrue(false, () -> "pings of others during " + during + ":\n" + said);
    }

    private static List<Double> times(String output) {
        List<Double> times = new ArrayList<>();
        for (Matcher matcher = TIME.matcher(output); matcher.find(); ) times.add(Double.valueOf(matcher.group(1)));
        return times;
    }

    /** How late this thread wakes up, 99 of 100 times, while the pings are sent. */
    private static double wakeUpMs() {
        List<Double> late = new ArrayList<>();
        for (int i = 0; i < PINGS; i++) {
            long began = System.nanoTime();
            Await.pause(Duration.ofMillis(10));
            late.add((System.nanoTime() - began) / 1e6 - 10);
        }
        return percentile(late, 99);
    }

    private static double percentile(List<Double> values, int percent) {
        Collections.sort(values);
        return values.get(Math.min(values.size() - 1, values.size() * percent / 100));
    }
}
