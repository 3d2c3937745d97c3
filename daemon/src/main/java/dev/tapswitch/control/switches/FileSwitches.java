package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.config.SwitchConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The switches that the config file declares. A user may remove them by command; the next reload or restart brings them back.
 *
 * @param config the file's contents when it was last read
 */
record FileSwitches(Path file, Config config) implements SwitchProvider {
    @Override
    public Map<String, SwitchConfig> over(Map<String, SwitchConfig> before) {
        Map<String, SwitchConfig> all = new LinkedHashMap<>(before);
        config.switches().forEach(all::putIfAbsent);
        return all;
    }

    @Override
    public boolean has(String switchName) {
        return config.switches().containsKey(switchName);
    }

    @Override
    public boolean has(String switchName, String portName) {
        return has(switchName) && config.switches().get(switchName).ports().containsKey(portName);
    }

    @Override
    public String description() {
        return "declared in " + file;
    }
}
