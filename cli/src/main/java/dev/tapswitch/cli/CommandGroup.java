package dev.tapswitch.cli;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A noun on the command line, which does nothing without a verb after it. */
abstract class CommandGroup implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        var verbs = String.join(", ", spec.subcommands().keySet());
        throw new ParameterException(spec.commandLine(), "what to do? One of " + verbs);
    }

    /** Only what was said on the command line goes to the daemon, which knows the defaults. */
    static void putGiven(Map<String, Object> body, String key, Object value) {
        if (value != null) body.put(key, value);
    }
}
