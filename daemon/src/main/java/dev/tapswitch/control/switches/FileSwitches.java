package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.config.SwitchConfig;
import java.nio.file.Path;
import java.util.Map;

/**
 * The switches that the config file declares. A user may remove them by command; the next reload or restart brings them back.
 *
 * @param config the file's contents when it was last read
 */
record FileSwitches(Path file, Config config) implements SwitchProvider {
    @Override
    public Map<String, SwitchConfig> switches() {
        return config.switches();
    }

    @Override
    public String description() {
        return "declared in " + file;
    }
}
