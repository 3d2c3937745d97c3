package dev.tapswitch.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces ping in the demo if ping is not installed: sends ICMP echo requests through the JDK, which needs root, and prints statistics like ping's. */
@Command(name = "echo", hidden = true, description = "Send ICMP echo requests.")
final class EchoCommand implements Runnable {
    private static final long PAUSE_MS = 100;

    @Parameters(paramLabel = "ADDRESS", description = "The destination.")
    private String address;

    @Option(names = "--count", defaultValue = "1", description = "The number of requests.")
    private int count;

    @Option(names = "--wait", defaultValue = "2000", description = "The timeout for each reply, in ms.")
    private int waitMs;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        try {
            InetAddress target = InetAddress.getByName(address);
            // Loads the classes, so that the first measurement does not include that time.
            InetAddress.getLoopbackAddress().isReachable(waitMs);
            report(target);
        } catch (IOException e) {
            throw new CommandException("cannot send echo requests to " + address + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }

    private void report(InetAddress target) throws IOException, InterruptedException {
        int received = 0;
        double sum = 0;
        double min = Double.MAX_VALUE;
        double max = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0) Thread.sleep(PAUSE_MS);
            long startNanos = System.nanoTime();
            if (!target.isReachable(waitMs)) continue;
            double ms = (System.nanoTime() - startNanos) / 1e6;
            received++;
            sum += ms;
            min = Math.min(min, ms);
            max = Math.max(max, ms);
        }
        var out = spec.commandLine().getOut();
        int lost = (count - received) * 100 / count;
        out.printf("%d packets transmitted, %d received, %d%% packet loss%n", count, received, lost);
        if (received > 0) out.printf(Locale.ROOT, "rtt min/avg/max = %.3f/%.3f/%.3f ms%n", min, sum / received, max);
    }
}
