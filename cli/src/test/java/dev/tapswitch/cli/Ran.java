package dev.tapswitch.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The result of a command line. */
record Ran(int exitCode, String out, String err) {
    static Ran command(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var commandLine = Tapswitch.commandLine(arguments);
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(arguments);
        commandLine.getOut().flush();
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
