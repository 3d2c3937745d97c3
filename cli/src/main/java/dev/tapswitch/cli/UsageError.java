package dev.tapswitch.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Describes errors of the command line that picocli finds. */
final class UsageError {
    private UsageError() {}

    /** One clause that says which argument is wrong and what is expected, without a full stop. */
    static String describe(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched -> describe(unmatched);
            case MissingParameterException missing when !missing.getMissing().isEmpty() -> describe(missing);
            case OverwrittenOptionException twice -> name(twice.getOverwritten()) + " is given twice; expected it once";
            default ->
                e.getCause() instanceof TypeConversionException wrong && e.getArgSpec() != null
                        ? name(e.getArgSpec()) + ": " + wrong.getMessage()
                        : firstLine(e.getMessage());
        };
    }

    /** Makes a command and its subcommands report invalid numbers and flags with messages of this project instead of Java's. */
    static void registerConverters(CommandLine commandLine) {
        ITypeConverter<Integer> wholeNumber = converter(UsageError::wholeNumber);
        ITypeConverter<Double> number = converter(UsageError::number);
        ITypeConverter<Boolean> flag = converter(UsageError::flag);
        commandLine
                .registerConverter(int.class, wholeNumber)
                .registerConverter(Integer.class, wholeNumber)
                .registerConverter(double.class, number)
                .registerConverter(boolean.class, flag)
                .registerConverter(Boolean.class, flag);
    }

    /** A converter for options. An IllegalArgumentException of the parser says what is wrong and what is expected. */
    static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    private static int wholeNumber(String text) {
        if (text.matches("[+-]?[0-9]{1,9}")) return Integer.parseInt(text);
        throw new IllegalArgumentException(
                "\"" + text + "\" is not valid; expected a whole number of at most 9 digits");
    }

    private static double number(String text) {
        if (text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) return Double.parseDouble(text);
        throw new IllegalArgumentException("\"" + text + "\" is not valid; expected a number such as 1 or 0.5");
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not valid; expected true or false");
        };
    }

    private static String describe(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
        boolean isOption = e.isUnknownOption();
        boolean isCommand = !isOption && !e.getCommandLine().getSubcommands().isEmpty();
        String kind = isOption ? "unknown option" : isCommand ? "unknown command" : "unexpected argument";
        return kind + " \"" + argument + "\"" + suggestion(isOption || isCommand ? e.getSuggestions() : List.of());
    }

    private static String describe(MissingParameterException e) {
        ArgSpec first = e.getMissing().getFirst();
        if (first instanceof OptionSpec option && !option.required())
            return name(option) + " has no value; expected " + label(option);
        String labels = e.getMissing().stream().map(UsageError::label).collect(Collectors.joining(" "));
        return labels.contains(" ") && !first.isOption()
                ? "arguments are missing; expected " + labels
                : labels + " is missing";
    }

    private static String suggestion(List<String> similar) {
        return similar.isEmpty() ? "" : " (did you mean \"" + similar.getFirst() + "\"?)";
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    /** The argument as the synopsis shows it. */
    private static String label(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.longestName() + " " + option.paramLabel()
                : argument.paramLabel();
    }

    private static String firstLine(String message) {
        String first = message.lines().findFirst().orElse("the command line is not valid");
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }
}
