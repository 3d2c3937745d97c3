package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.core.bridge.PortCounter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stats",
        description = "Show frames, bytes and drops per port, with the reason of each drop.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch stats",
            "  tapswitch stats lan --watch          # rates, every second, until Ctrl-C",
            "  tapswitch stats --json | jq .totals"
        })
final class StatsCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
    private String name;

    @Option(
            names = {"-w", "--watch"},
            description = "Show rates repeatedly, until Ctrl-C.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "The interval of --watch; 1 by default.")
    private double interval;

    @Option(names = "--times", paramLabel = "N", description = "End --watch after N intervals.")
    private Integer times;

    @Override
    public void run() {
        var path = daemon.path(name) + "/stats";
        if (watch) watch(path);
        else daemon.print(daemon.api().get(path), StatsCommand::tables);
    }

    private void watch(String path) {
        var before = daemon.api().get(path);
        long beforeNanos = System.nanoTime();
        for (int i = 0; times == null || i < times; i++) {
            pause();
            var now = daemon.api().get(path);
            long nowNanos = System.nanoTime();
            double seconds = (nowNanos - beforeNanos) / 1e9;
            if (Terminal.attached() && !daemon.json()) daemon.out().print("\u001b[H\u001b[2J");
            var earlier = before;
            daemon.print(now, stats -> rates(earlier, stats, seconds));
            before = now;
            beforeNanos = nowNanos;
        }
    }

    private void pause() {
        try {
            Thread.sleep((long) (Math.max(0.1, interval) * 1_000));
        } catch (InterruptedException e) {
            throw new CommandException("interrupted");
        }
    }

    private static String rates(Json before, Json now, double seconds) {
        Map<String, Json> earlier = new HashMap<>();
        for (var port : before.path("ports")) earlier.put(port.path("name").asString(), port);
        var table = new Table("port", "state", ">rx/s", ">rx rate", ">tx/s", ">tx rate", ">drops/s");
        for (var port : now.path("ports")) {
            var was = earlier.getOrDefault(port.path("name").asString(), port);
            table.row(
                    port.path("name").asString(),
                    PortCommand.state(port),
                    Quantity.rate(gain(was, port, "rx-frames") / seconds),
                    Quantity.bitRate(8 * gain(was, port, "rx-bytes") / seconds),
                    Quantity.rate(gain(was, port, "tx-frames") / seconds),
                    Quantity.bitRate(8 * gain(was, port, "tx-bytes") / seconds),
                    Quantity.rate((drops(port) - drops(was)) / seconds));
        }
        return "switch " + now.path("switch").asString("") + "\n" + table.orElse("the switch has no ports");
    }

    private static double gain(Json before, Json now, String counter) {
        return (double) now.path(counter).asLong() - before.path(counter).asLong();
    }

    private static long drops(Json port) {
        return port.path("drops").valueStream().mapToLong(Json::asLong).sum();
    }

    static String tables(Json stats) {
        var table = new Table("port", "state", ">rx frames", ">rx", ">tx frames", ">tx", ">flooded", ">drops");
        for (var port : stats.path("ports")) {
            table.row(
                    port.path("name").asString(),
                    PortCommand.state(port),
                    Quantity.count(port.path("rx-frames").asLong()),
                    Quantity.bytes(port.path("rx-bytes").asLong()),
                    Quantity.count(port.path("tx-frames").asLong()),
                    Quantity.bytes(port.path("tx-bytes").asLong()),
                    Quantity.count(port.path("flooded").asLong()),
                    Quantity.count(drops(port)));
        }
        var dropped = dropTable(stats);
        return table.orElse("the switch has no ports") + (dropped.isEmpty() ? "" : "\n" + dropped);
    }

    private static String dropTable(Json stats) {
        var table = new Table("dropped at", "reason", ">frames", "meaning");
        for (var port : stats.path("ports")) {
            for (var drop : port.path("drops").properties()) {
                table.row(
                        port.path("name").asString(),
                        drop.getKey(),
                        Quantity.count(drop.getValue().asLong()),
                        meaningOf(drop.getKey()));
            }
        }
        return table.orElse("").strip().isEmpty() ? "" : table.toString();
    }

    /** The counters of one port with their meanings, without those that are zero. */
    static String counters(Json counters) {
        var table = new Table("counter", ">value", "meaning");
        for (var counter : counters.properties()) {
            if (counter.getValue().isNumber() && counter.getValue().asLong() != 0)
                table.row(counter.getKey(), Quantity.count(counter.getValue().asLong()), meaningOf(counter.getKey()));
        }
        for (var drop : counters.path("drops").properties())
            table.row("drop " + drop.getKey(), Quantity.count(drop.getValue().asLong()), meaningOf(drop.getKey()));
        return table.orElse("all counters are zero");
    }

    private static String meaningOf(String key) {
        for (var reason : DropReason.values()) if (kebab(reason).equals(key)) return reason.meaning();
        for (var counter : PortCounter.values()) {
            if (kebab(counter).equals(key)) return counter.meaning();
            if (("fast-" + kebab(counter)).equals(key))
                return "part of " + kebab(counter) + " that the kernel forwarded";
        }
        return null;
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
