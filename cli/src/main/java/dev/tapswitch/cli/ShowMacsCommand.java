package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "showmacs",
        description = "Show the MAC table in the format of 'brctl showmacs'.",
        footerHeading = "%nExample:%n",
        footer = "  tapswitch showmacs lan")
final class ShowMacsCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
    private String name;

    @Override
    public void run() {
        var path = daemon.path(name);
        if (daemon.json()) {
            daemon.copy(path + "/macs");
            return;
        }
        Map<String, Integer> numbers = new HashMap<>();
        for (var port : daemon.api().get(path + "/ports"))
            numbers.put(port.path("name").asString(), port.path("index").asInt());
        daemon.out().print("port no\tmac addr\t\tis local?\tageing timer\n");
        daemon.api().elements(path + "/macs", entry -> daemon.out().print(line(entry, numbers)));
        daemon.out().flush();
    }

    private static String line(Json entry, Map<String, Integer> numbers) {
        boolean isStatic = entry.path("static").asBoolean();
        return String.format(
                Locale.ROOT,
                "%3d\t%s\t%s\t\t%7.2f%n",
                numbers.getOrDefault(entry.path("port").asString(), -1),
                entry.path("mac").asString(),
                isStatic ? "yes" : "no",
                isStatic ? 0.0 : entry.path("age-seconds").asDouble());
    }
}
