package dev.tapswitch.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = {
            "Give a tour with three network namespaces on one switch.",
            "Shows ARP, ping, HTTP, throughput and drops, and cleans up."
        },
        footerHeading = "%nExample:%n",
        footer = "  sudo tapswitch demo")
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "The duration of the throughput measurement; 3 by default.")
    private int seconds;

    /** Read by the launcher script, which installs the tools that the demo uses. The command itself installs nothing. */
    @SuppressWarnings("unused")
    @Option(
            names = "--no-install",
            description =
                    "Install no packages. Java code replaces ping and curl if they are missing; without iperf3 the throughput is not measured.")
    private boolean noInstall;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!"root".equals(System.getProperty("user.name")))
            throw new CommandException("the demo creates network namespaces and needs root: run 'sudo tapswitch demo'");
        if (!NodeProcess.has("ip"))
            throw new CommandException("the demo needs the command ip: install it (Debian: apt-get install iproute2)");
        return new Demo(new DemoPage(spec.commandLine().getOut()), seconds).run();
    }
}
