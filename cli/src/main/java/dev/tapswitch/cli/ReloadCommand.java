package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "reload",
        description = "Read the config file again and apply what changed; ports that did not change lose no frame.",
        footerHeading = "%nExample:%n",
        footer = "  tapswitch reload")
final class ReloadCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Override
    public void run() {
        daemon.print(daemon.api().post("/v1/reload", null), ReloadCommand::forPeople);
    }

    private static String forPeople(Json answer) {
        var changes = answer.path("changes");
        if (changes.isEmpty()) return "nothing changed\n";
        return changes.valueStream().map(change -> change.asString() + "\n").collect(Collectors.joining());
    }
}
