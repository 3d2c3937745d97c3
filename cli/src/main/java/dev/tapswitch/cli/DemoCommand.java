package dev.tapswitch.cli;

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

    /** For the launcher of a clone, which installs what the demo shows more with; this command itself installs nothing. */
    @SuppressWarnings("unused")
    @Option(
            names = "--no-install",
            description =
                    "Install nothing: what is not here (ping, curl, iperf3) is replaced by Java's own means, or left out.")
    private boolean noInstall;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!"root".equals(System.getProperty("user.name")))
            throw new CommandException("the demo makes network namespaces, which needs root: 'sudo tapswitch demo'");
        if (!NodeProcess.has("ip"))
            throw new CommandException(
                    "the demo makes its namespaces with ip, which is not here: apt-get install iproute2");
        return new Demo(new DemoPage(spec.commandLine().getOut()), seconds).run();
    }
}
