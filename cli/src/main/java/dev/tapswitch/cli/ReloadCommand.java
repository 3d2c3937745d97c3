package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "reload",
        description = {
            "Read the configuration file again and apply its changes.",
            "Ports without a change lose no frames."
        },
        footerHeading = "%nExample:%n",
        footer = "  tapswitch reload")
final class ReloadCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Override
    public void run() {
        daemon.print(daemon.api().post("/v1/reload", null), ReloadCommand::changes);
    }

    private static String changes(Json answer) {
        var changes = answer.path("changes");
        if (changes.isEmpty()) return "nothing changed\n";
        return changes.valueStream().map(change -> change.asString() + "\n").collect(Collectors.joining());
    }
}
