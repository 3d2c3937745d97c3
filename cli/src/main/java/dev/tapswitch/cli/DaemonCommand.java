package dev.tapswitch.cli;

import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "daemon",
        description = {
            "Run the daemon in the foreground until SIGTERM or Ctrl-C.",
            "SIGHUP reloads the configuration file."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch daemon --config /etc/tapswitch/tapswitch.yaml",
            "  tapswitch daemon --config my.yaml --socket /run/my.sock"
        })
final class DaemonCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration file (YAML).")
    private Path config;

    @ParentCommand
    private Tapswitch tapswitch;

    @Override
    public Integer call() throws Exception {
        return Daemon.run(new DaemonOptions(config, tapswitch.givenSocket()), Containers::create);
    }
}
