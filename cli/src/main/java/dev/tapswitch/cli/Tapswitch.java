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

/** The command {@code tapswitch}: its subcommands and the options that all of them share. */
@Command(
        name = "tapswitch",
        description = "A userspace Ethernet switch whose ports are TAP devices in other network namespaces.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:the operation failed; one line on stderr explains why and what to do",
            "2:the command line is not valid",
            "3:no daemon is listening on the socket",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch demo                                            a tour, in under a minute",
            "  tapswitch lab up config/labs/three-nodes.yaml             start a lab",
            "  tapswitch daemon --config /etc/tapswitch/tapswitch.yaml   run the daemon",
            "  tapswitch status                                          show the state of the daemon",
        })
public final class Tapswitch implements Runnable {
    private static final int HELP_WIDTH = 100;
    static final Path DEFAULT_SOCKET = Path.of("/run/tapswitch/tapswitch.sock");

    /** Subcommands by name, in the order of the help. Only those that the command line names are created, because picocli is slow at reading annotated classes. */
    private static final Map<String, Supplier<Object>> SUBCOMMANDS = new LinkedHashMap<>();

    static {
        SUBCOMMANDS.put("daemon", DaemonCommand::new);
        SUBCOMMANDS.put("status", StatusCommand::new);
        SUBCOMMANDS.put("show", ShowCommand::new);
        SUBCOMMANDS.put("switch", SwitchCommand::new);
        SUBCOMMANDS.put("port", PortCommand::new);
        SUBCOMMANDS.put("ports", PortsCommand::new);
        SUBCOMMANDS.put("mac", MacCommand::new);
        SUBCOMMANDS.put("showmacs", ShowMacsCommand::new);
        SUBCOMMANDS.put("neigh", NeighbourCommand::new);
        SUBCOMMANDS.put("stats", StatsCommand::new);
        SUBCOMMANDS.put("fast-path", FastPathCommand::new);
        SUBCOMMANDS.put("trace", TraceCommand::new);
        SUBCOMMANDS.put("reload", ReloadCommand::new);
        SUBCOMMANDS.put("restart", RestartCommand::new);
        SUBCOMMANDS.put("lab", LabCommand::new);
        SUBCOMMANDS.put("demo", DemoCommand::new);
        SUBCOMMANDS.put("completion", CompletionCommand::new);
        SUBCOMMANDS.put("man", ManCommand::new);
        SUBCOMMANDS.put("version", VersionCommand::new);
        SUBCOMMANDS.put("warm-up", WarmUpCommand::new);
        SUBCOMMANDS.put("fetch", FetchCommand::new);
        SUBCOMMANDS.put("echo", EchoCommand::new);
    }

    // picocli handles these two options itself.
    @SuppressWarnings("unused")
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @SuppressWarnings("unused")
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version of this command.")
    private boolean version;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = {"The socket of the daemon.", "Default: $TAPSWITCH_SOCKET, or /run/tapswitch/tapswitch.sock."
            })
    private Path socket;

    @Option(
            names = "--lab",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Use the daemon of this lab.")
    private String lab;

    @Spec
    private CommandSpec spec;

    /** Runs one command line, prints its output and errors, and returns its exit code. */
    public static int run(String... arguments) {
        var out = new PrintWriter(System.out, false, System.out.charset());
        int exitCode = commandLine(arguments).setOut(out).execute(arguments);
        out.flush();
        return exitCode;
    }

    /** The command with all subcommands. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /** The command with the subcommands that the arguments name, or with all if they name none. */
    static CommandLine commandLine(String... arguments) {
        var commandLine = new CommandLine(new Tapswitch());
        var named = Arrays.stream(arguments)
                .filter(SUBCOMMANDS::containsKey)
                .distinct()
                .toList();
        for (var name : named.isEmpty() ? SUBCOMMANDS.keySet() : named) {
            // Must be a CommandLine: picocli does not apply a model transformer (SettingOptions) to a bare command
            // object.
            commandLine.addSubcommand(
                    name, new CommandLine(SUBCOMMANDS.get(name).get()));
        }
        commandLine.getCommandSpec().version(VersionCommand.line());
        // Options after NODE belong to the command that runs there.
        var lab = commandLine.getSubcommands().get("lab");
        if (lab != null) lab.getSubcommands().get("exec").setStopAtPositional(true);
        commandLine.setColorScheme(Help.defaultColorScheme(Terminal.coloured() ? Help.Ansi.ON : Help.Ansi.OFF));
        commandLine.setUsageHelpWidth(HELP_WIDTH);
        abbreviateSynopsis(commandLine);
        UsageError.registerConverters(commandLine);
        commandLine.setParameterExceptionHandler((e, words) -> usageError(e));
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        return commandLine;
    }

    private static void abbreviateSynopsis(CommandLine commandLine) {
        commandLine.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        commandLine.getSubcommands().values().forEach(Tapswitch::abbreviateSynopsis);
    }

    /** Whether {@code --lab} is given. */
    boolean isForLab() {
        return lab != null;
    }

    /** The value of {@code --socket}; null if it is not given. */
    Path givenSocket() {
        return socket;
    }

    /** The socket of the daemon: from {@code --socket}, {@code --lab} or the environment, in this order, or the default. */
    Path socket() {
        if (socket != null) return socket;
        if (lab != null) return LabHome.of(lab).socket();
        var environment = System.getenv("TAPSWITCH_SOCKET");
        return environment == null || environment.isEmpty() ? DEFAULT_SOCKET : Path.of(environment);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given");
    }

    private static int usageError(ParameterException e) {
        var command = e.getCommandLine();
        command.getErr()
                .println("tapswitch: " + UsageError.describe(e) + "; see '"
                        + command.getCommandSpec().qualifiedName() + " --help'");
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
