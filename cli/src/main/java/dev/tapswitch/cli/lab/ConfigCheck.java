package dev.tapswitch.cli.lab;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.Problem;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Checks the configuration of a lab's daemon with the daemon's own reader before anything is changed. */
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

    /** The problem with its line in the lab file; the reader reports the line in the generated configuration. */
    private static String placed(Problem problem, DaemonConfig config) {
        return new Problem(problem.source(), config.origin(problem.line()), problem.path(), problem.message())
                .toString();
    }
}
