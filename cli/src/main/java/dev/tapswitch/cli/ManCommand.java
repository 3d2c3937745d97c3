package dev.tapswitch.cli;

import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the manual page, generated from the command model, so that it always agrees with {@code --help}. */
@Command(
        name = "man",
        description = "Print the manual page in roff format.",
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch man | man -l -", "  tapswitch man > /usr/local/share/man/man1/tapswitch.1"})
final class ManCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(page());
    }

    static String page() {
        var root = Tapswitch.commandLine();
        var page = new StringBuilder();
        page.append(".TH TAPSWITCH 1 \"\" \"Tapswitch\" \"Tapswitch manual\"\n");
        page.append(".SH NAME\ntapswitch \\- a userspace Ethernet switch on TAP devices\n");
        page.append(".SH SYNOPSIS\n.B tapswitch\n.I COMMAND\n[options]\n");
        page.append(".SH DESCRIPTION\n").append(prose(root.getCommandSpec())).append('\n');
        page.append(".SH OPTIONS\nAll commands accept these options, except \\-\\-version.\n");
        for (var option : root.getCommandSpec().options())
            item(page, String.join(", ", option.names()), value(option), option.description());
        page.append(".SH COMMANDS\n");
        for (var command : root.getSubcommands().values()) section(page, command);
        page.append(".SH EXIT STATUS\n");
        for (var code : root.getCommandSpec().usageMessage().exitCodeList().entrySet())
            item(page, code.getKey(), "", code.getValue());
        page.append(".SH FILES\n");
        item(page, "/run/tapswitch/tapswitch.sock", "", "the default socket of the daemon");
        item(page, "/etc/tapswitch/tapswitch.yaml", "", "the configuration file of the service");
        page.append(".SH SEE ALSO\n.BR bridge (8),\n.BR ip-netns (8),\n.BR brctl (8)\n");
        return page.toString();
    }

    private static void section(StringBuilder page, CommandLine command) {
        var spec = command.getCommandSpec();
        if (spec.usageMessage().hidden()) return;
        if (spec.subcommands().isEmpty()) {
            page.append(".SS \"")
                    .append(escaped(spec.qualifiedName()))
                    .append(synopsis(spec))
                    .append("\"\n");
            page.append(prose(spec)).append('\n');
            for (var option : spec.options())
                if (!option.inherited())
                    item(page, String.join(", ", option.names()), value(option), option.description());
            examples(page, spec);
        }
        command.getSubcommands().values().stream().distinct().forEach(sub -> section(page, sub));
    }

    private static void examples(StringBuilder page, CommandSpec spec) {
        page.append(".PP\n.EX\n");
        for (var line : spec.usageMessage().footer()) page.append(escaped(line)).append('\n');
        page.append(".EE\n");
    }

    private static String synopsis(CommandSpec spec) {
        var words = new StringBuilder();
        for (var parameter : spec.positionalParameters()) {
            boolean optional = parameter.arity().min() == 0;
            words.append(optional ? " [" : " ")
                    .append(escaped(parameter.paramLabel()))
                    .append(optional ? "]" : "");
        }
        return words.toString();
    }

    private static void item(StringBuilder page, String name, String value, String... description) {
        page.append(".TP\n\\fB").append(escaped(name)).append("\\fR");
        if (!value.isEmpty()) page.append(" \\fI").append(escaped(value)).append("\\fR");
        page.append('\n').append(escaped(String.join(" ", description))).append('\n');
    }

    private static String value(CommandLine.Model.OptionSpec option) {
        return option.arity().max() == 0 ? "" : option.paramLabel();
    }

    private static String prose(CommandSpec spec) {
        return escaped(String.join(" ", Arrays.asList(spec.usageMessage().description())));
    }

    private static String escaped(String text) {
        var plain = Help.Ansi.OFF.string(text).replace("\\", "\\e").replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
