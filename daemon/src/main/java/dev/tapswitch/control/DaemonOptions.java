package dev.tapswitch.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says to the daemon.
 *
 * @param config the YAML file
 * @param socket where the control API listens, instead of where the file says; null for where the file says
 */
public record DaemonOptions(Path config, Path socket) {
    public DaemonOptions(Path config) {
        this(config, null);
    }

    /** The arguments of the tapswitch command that mean these. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "daemon", "--config", config.toAbsolutePath().normalize().toString()));
        if (socket != null)
            arguments.addAll(List.of("--socket", socket.toAbsolutePath().toString()));
        return arguments;
    }

    /**
     * Those of a command line as a service's unit writes it, {@code daemon --config FILE}; empty for every other. A restart waits for the
     * daemon, and the classes that understand all command lines would take a quarter of the time until it forwards.
     */
    public static Optional<DaemonOptions> asUnitsWriteThem(String... arguments) {
        boolean isSo = arguments.length == 3 && arguments[0].equals("daemon") && arguments[1].equals("--config");
        return isSo ? Optional.of(new DaemonOptions(Path.of(arguments[2]))) : Optional.empty();
    }
}
