package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiException;
import dev.tapswitch.cli.lab.LabException;
import dev.tapswitch.cli.lab.LabHome;
import dev.tapswitch.control.log.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code tapswitch}: its verbs, and what they share. */
@Command(
        name = "tapswitch",
        description = "A userspace Ethernet switch whose ports are TAP devices in other network namespaces.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the operation failed; one line on stderr says what, where, and what to do",
            "2:the command line was not understood",
            "3:no daemon answers at the socket",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch demo                             see it work, in under a minute",
            "  tapswitch lab up config/labs/three-nodes.yaml",
            "  tapswitch daemon --config /etc/tapswitch/tapswitch.yaml",
            "  tapswitch status",
        })
public final class Tapswitch implements Runnable {
    private static final int HELP_WIDTH = 100;
    static final Path DEFAULT_SOCKET = Path.of("/run/tapswitch/tapswitch.sock");

    /** By name, in the order of the help. Instantiated only when meant: to look at all of them costs more than a command may take. */
    private static final Map<String, Supplier<Object>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("daemon", DaemonCommand::new);
        VERBS.put("status", StatusCommand::new);
        VERBS.put("show", ShowCommand::new);
        VERBS.put("switch", SwitchCommand::new);
        VERBS.put("port", PortCommand::new);
        VERBS.put("ports", PortsCommand::new);
        VERBS.put("mac", MacCommand::new);
        VERBS.put("showmacs", ShowMacsCommand::new);
        VERBS.put("neigh", NeighbourCommand::new);
        VERBS.put("stats", StatsCommand::new);
        VERBS.put("trace", TraceCommand::new);
        VERBS.put("reload", ReloadCommand::new);
        VERBS.put("restart", RestartCommand::new);
        VERBS.put("lab", LabCommand::new);
        VERBS.put("demo", DemoCommand::new);
        VERBS.put("completion", CompletionCommand::new);
        VERBS.put("man", ManCommand::new);
        VERBS.put("version", VersionCommand::new);
        VERBS.put("warm-up", WarmUpCommand::new);
        VERBS.put("fetch", FetchCommand::new);
        VERBS.put("echo", EchoCommand::new);
    }

    // Its being there is what makes picocli know --help everywhere.
    @SuppressWarnings("unused")
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "Where the daemon listens. Default: $TAPSWITCH_SOCKET, or /run/tapswitch/tapswitch.sock.")
    private Path socket;

    @Option(
            names = "--lab",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Talk to the daemon of this lab.")
    private String lab;

    @Spec
    private CommandSpec spec;

    /** Runs one command line and returns its exit code; everything a user should read has been printed. */
    public static int run(String... arguments) {
        var out = new PrintWriter(System.out, false, System.out.charset());
        int exitCode = commandLine(arguments).setOut(out).execute(arguments);
        out.flush();
        return exitCode;
    }

    /** The whole command. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /** The command with those verbs that the arguments name, or with all when they name none. */
    static CommandLine commandLine(String... arguments) {
        var commandLine = new CommandLine(new Tapswitch());
        var named =
                Arrays.stream(arguments).filter(VERBS::containsKey).distinct().toList();
        for (var verb : named.isEmpty() ? VERBS.keySet() : named) {
            // A CommandLine, not the command alone: only then are the options of its settings added.
            commandLine.addSubcommand(verb, new CommandLine(VERBS.get(verb).get()));
        }
        // What follows NODE belongs to the command that is run there.
        var lab = commandLine.getSubcommands().get("lab");
        if (lab != null) lab.getSubcommands().get("exec").setStopAtPositional(true);
        commandLine.setColorScheme(Help.defaultColorScheme(Terminal.coloured() ? Help.Ansi.ON : Help.Ansi.OFF));
        commandLine.setUsageHelpWidth(HELP_WIDTH);
        abbreviateSynopsis(commandLine);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setParameterExceptionHandler((e, words) -> misunderstood(e));
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        return commandLine;
    }

    private static void abbreviateSynopsis(CommandLine commandLine) {
        commandLine.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        commandLine.getSubcommands().values().forEach(Tapswitch::abbreviateSynopsis);
    }

    /** Whether --lab was given. */
    boolean isForLab() {
        return lab != null;
    }

    /** What --socket says; null where it says nothing. */
    Path givenSocket() {
        return socket;
    }

    /** Where the daemon that was asked for listens. */
    Path socket() {
        if (socket != null) return socket;
        if (lab != null) return LabHome.of(lab).socket();
        var environment = System.getenv("TAPSWITCH_SOCKET");
        return environment == null || environment.isEmpty() ? DEFAULT_SOCKET : Path.of(environment);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int misunderstood(ParameterException e) {
        var command = e.getCommandLine();
        var first = e.getMessage().lines().findFirst().orElse("not understood");
        command.getErr()
                .println("tapswitch: " + first + " (see '"
                        + command.getCommandSpec().qualifiedName() + " --help')");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command) {
        var err = command.getErr();
        command.getOut().flush();
        if (e instanceof LabException || e instanceof CommandException || e instanceof ApiException) {
            err.println("tapswitch: " + Printable.text(e.getMessage()));
            return e instanceof ApiException api && api.isUnreachable() ? ExitCode.UNREACHABLE : ExitCode.FAILED;
        }
        err.println("tapswitch: " + command.getCommandSpec().qualifiedName() + " failed: " + e
                + " (set TAPSWITCH_DEBUG=1 to see where)");
        if (System.getenv("TAPSWITCH_DEBUG") != null) e.printStackTrace(err);
        return ExitCode.FAILED;
    }
}
