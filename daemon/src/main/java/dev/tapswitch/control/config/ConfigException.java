package dev.tapswitch.control.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration or a request is not valid. Nothing was changed. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    ConfigException(Problem problem) {
        this(List.of(problem));
    }

    /** All problems, by line. {@link #getMessage()} has the same, one per line. */
    public List<Problem> problems() {
        return problems;
    }

    /** The problems on one line. */
    public String oneLine() {
        return getMessage().replace("\n", "; ");
    }
}
