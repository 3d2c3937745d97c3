package dev.tapswitch.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only groups subcommands, for example {@code tapswitch port}. */
abstract class CommandGroup implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        var names = spec.subcommands().values().stream()
                .map(CommandLine::getCommandName)
                .distinct()
                .toList();
        throw new ParameterException(
                spec.commandLine(), "'" + spec.qualifiedName() + "' needs a subcommand: " + String.join(", ", names));
    }

    /** Adds a value to a request if it is given on the command line. The daemon has the defaults. */
    static void putIfGiven(Map<String, Object> body, String key, Object value) {
        if (value != null) body.put(key, value);
    }
}
