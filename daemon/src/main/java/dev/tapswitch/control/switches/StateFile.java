package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.ConfigWriter;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what was added by command or API in STATE/state.json. Control thread only, where not said otherwise. */
public final class StateFile {
    private final StateDirectory directory;
    private final JsonStore store;

    public StateFile(StateDirectory directory) {
        this.directory = directory;
        this.store = directory.store("state.json");
    }

    /** What was kept; nothing where there is no file, or none that is good. */
    public UserChanges load() {
        return store.load(this::read, () -> UserChanges.NONE);
    }

    /** IOException says on one line why nothing was saved. */
    public void save(UserChanges additions) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", 1);
        document.put("switches", described(additions.switches()));
        document.put("additions", described(additions.toDeclared()));
        store.save(Json.of(document));
    }

    /** What is wrong with any of the files that are kept over a restart, a sentence each. Any thread. */
    public List<String> problems() {
        return directory.problems();
    }

    private UserChanges read(Json document) {
        try {
            return ConfigReader.parseAdditions(store.file().toString(), document.toString());
        } catch (ConfigException e) {
            throw new JsonException(e.oneLine());
        }
    }

    private static Map<String, Object> described(Map<String, SwitchConfig> switches) {
        Map<String, Object> described = new LinkedHashMap<>();
        switches.forEach((name, one) -> described.put(name, ConfigWriter.of(one)));
        return described;
    }
}
