package dev.tapswitch.daemon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description =
                "See it work: three namespaces on one switch, ARP, ping, HTTP, throughput, drops; then all is cleaned up.",
        footerHeading = "%nExample:%n",
        footer = "  sudo tapswitch demo")
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How long to measure throughput; 3 by default.")
    private int seconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!"root".equals(System.getProperty("user.name")))
            throw new CommandFailed("the demo makes network namespaces, which needs root: 'sudo tapswitch demo'");
        return new Demo(new DemoPage(spec.commandLine().getOut()), seconds).run();
    }
}
