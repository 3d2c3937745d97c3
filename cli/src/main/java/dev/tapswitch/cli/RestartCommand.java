package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restart",
        description = {
            "Restart the daemon, for example after an upgrade.",
            "A new process starts and takes over the ports of the running one. If it cannot start, the running daemon continues.",
            "After a change of the systemd unit, use 'systemctl restart' instead."
        },
        footerHeading = "%nExample:%n",
        footer = "  tapswitch restart")
final class RestartCommand implements Runnable {
    /** Longer than the daemon waits for its successor. */
    private static final Duration TIMEOUT = Duration.ofSeconds(75);

    @Mixin
    private Connection daemon;

    @ParentCommand
    private Tapswitch tapswitch;

    @Override
    public void run() {
        // The lab has recorded the pid of its daemon, which a restart would change.
        if (tapswitch.isForLab())
            throw new CommandException("the daemon of a lab cannot be restarted: use 'lab down' and 'lab up'");
        daemon.print(
                post(),
                answer -> "the daemon now runs as pid " + answer.path("pid").asLong() + "\n");
    }

    private Json post() {
        boolean isShown = Terminal.attached() && !daemon.json();
        try (var _ = ProgressLine.elapsed(daemon.out(), isShown, "waiting for the new daemon")) {
            return daemon.api().post("/v1/restart", null, TIMEOUT);
        }
    }
}
