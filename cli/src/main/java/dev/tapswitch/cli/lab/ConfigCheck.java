package dev.tapswitch.cli.lab;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.Problem;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Has the daemon's own reader look at a lab's configuration before anything is touched. */
final class ConfigCheck {
    private ConfigCheck() {}

    static void check(DaemonConfig config, Path labFile) {
        try {
            ConfigReader.parse(labFile.toString(), config.text());
        } catch (ConfigException e) {
            throw new LabException(e.problems().stream()
                    .map(problem -> placed(problem, config))
                    .distinct()
                    .collect(Collectors.joining("; ")));
        }
    }

    /** The problem as of the lab's file: the reader saw the line of the configuration that was written from it. */
    private static String placed(Problem problem, DaemonConfig config) {
        return new Problem(problem.source(), config.origin(problem.line()), problem.path(), problem.message())
                .toString();
    }
}
