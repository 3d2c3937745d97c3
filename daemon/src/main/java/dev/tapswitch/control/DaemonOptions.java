package dev.tapswitch.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The daemon's command line options.
 *
 * @param config the YAML file
 * @param socket the socket of the control API; null for the one in the file
 */
public record DaemonOptions(Path config, Path socket) {
    public DaemonOptions(Path config) {
        this(config, null);
    }

    /** The arguments of the tapswitch command for these options. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "daemon", "--config", config.toAbsolutePath().normalize().toString()));
        if (socket != null)
            arguments.addAll(List.of("--socket", socket.toAbsolutePath().toString()));
        return arguments;
    }

    /**
     * Parses the command line of the systemd unit, {@code daemon --config FILE}; empty for any other command line. Loading the parser of all command lines
     * would take a quarter of the time until the daemon forwards.
     */
    public static Optional<DaemonOptions> ofUnit(String... arguments) {
        boolean isOfUnit = arguments.length == 3 && arguments[0].equals("daemon") && arguments[1].equals("--config");
        return isOfUnit ? Optional.of(new DaemonOptions(Path.of(arguments[2]))) : Optional.empty();
    }
}
