package dev.tapswitch.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Describes errors of the command line that picocli finds. */
final class UsageError {
    private UsageError() {}

    /** One clause that names the wrong argument, in lower case and without a full stop. */
    static String describe(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched ? describe(unmatched) : firstLine(e.getMessage());
    }

    private static String describe(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
        boolean isOption = e.isUnknownOption();
        boolean isCommand = !isOption && !e.getCommandLine().getSubcommands().isEmpty();
        String kind = isOption ? "unknown option" : isCommand ? "unknown command" : "unexpected argument";
        return kind + " \"" + argument + "\"" + suggestion(isOption || isCommand ? e.getSuggestions() : List.of());
    }

    private static String suggestion(List<String> similar) {
        return similar.isEmpty() ? "" : " (did you mean \"" + similar.getFirst() + "\"?)";
    }

    private static String firstLine(String message) {
        String first = message.lines().findFirst().orElse("the command line is not valid");
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }
}
