package dev.tapswitch.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The demo's ping where there is none: ICMP echo requests by the JDK, which takes root. Ends as ping does, with its two lines of statistics. */
@Command(name = "echo", hidden = true, description = "Send ICMP echo requests.")
final class EchoCommand implements Runnable {
    private static final long PAUSE_MS = 100;

    @Parameters(paramLabel = "ADDRESS", description = "Of the node.")
    private String address;

    @Option(names = "--count", defaultValue = "1", description = "How many requests.")
    private int count;

    @Option(names = "--wait", defaultValue = "2000", description = "How long to wait for each answer, in ms.")
    private int waitMs;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        try {
            InetAddress target = InetAddress.getByName(address);
            // The first use loads the classes.
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
        int answered = 0;
        double sum = 0;
        double least = Double.MAX_VALUE;
        double most = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0) Thread.sleep(PAUSE_MS);
            long began = System.nanoTime();
            if (!target.isReachable(waitMs)) continue;
            double ms = (System.nanoTime() - began) / 1e6;
            answered++;
            sum += ms;
            least = Math.min(least, ms);
            most = Math.max(most, ms);
        }
        var out = spec.commandLine().getOut();
        int lost = (count - answered) * 100 / count;
        out.printf("%d packets transmitted, %d received, %d%% packet loss%n", count, answered, lost);
        if (answered > 0) out.printf(Locale.ROOT, "rtt min/avg/max = %.3f/%.3f/%.3f ms%n", least, sum / answered, most);
    }
}
