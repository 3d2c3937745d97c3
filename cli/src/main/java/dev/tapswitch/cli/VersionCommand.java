package dev.tapswitch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        description = "The version of this command; the daemon's is in 'tapswitch status'.",
        footerHeading = "%nExample:%n",
        footer = "  tapswitch version")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .println(
                        "tapswitch " + version() + " (Java " + Runtime.version().feature() + ")");
    }

    private static String version() {
        var version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
