package dev.tapswitch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        description = "Show the version of this command; 'tapswitch status' shows that of the daemon.",
        footerHeading = "%nExample:%n",
        footer = "  tapswitch version")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(line());
    }

    /** For example {@code tapswitch 1.0 (Java 25)}. */
    static String line() {
        return "tapswitch " + version() + " (Java " + Runtime.version().feature() + ")";
    }

    private static String version() {
        var version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
