package dev.tapswitch.cli;

import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restart",
        description = {
            "Start the daemon anew, as after an upgrade: a new process gets ready beside the running one and takes its ports over.",
            "Where it can't start, the running one goes on. After a change of the service's unit use 'systemctl restart'."
        },
        footerHeading = "%nExample:%n",
        footer = "  tapswitch restart")
final class RestartCommand implements Runnable {
    /** Longer than the daemon waits for its successor. */
    private static final Duration PATIENCE = Duration.ofSeconds(75);

    @Mixin
    private Connection daemon;

    @ParentCommand
    private Tapswitch tapswitch;

    @Override
    public void run() {
        // Its pid is written down by who started it.
        if (tapswitch.isForLab())
            throw new CommandException("a lab's daemon is not restarted: use 'lab down' and 'lab up'");
        daemon.print(
                daemon.api().post("/v1/restart", null, PATIENCE),
                answer -> "the daemon is now process " + answer.path("pid").asLong() + "\n");
    }
}
