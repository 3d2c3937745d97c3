package dev.tapswitch.control.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration or a request that can't be used; nothing was touched. */
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

    /** All that is wrong, by line; {@link #getMessage()} is the same, one a line. */
    public List<Problem> problems() {
        return problems;
    }

    /** The problems on one line. */
    public String oneLine() {
        return getMessage().replace("\n", "; ");
    }
}
