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

/** The file state.json in the state directory, which keeps what users have added. Must be called on the control thread, except as noted. */
public final class StateFile {
    private final StateDirectory directory;
    private final JsonStore store;

    public StateFile(StateDirectory directory) {
        this.directory = directory;
        this.store = directory.store("state.json");
    }

    /** Reads the file. Returns no changes if there is no file, or no undamaged copy of it. */
    public UserChanges load() {
        return store.load(this::read, () -> UserChanges.NONE);
    }

    /** Saves the changes. IOException says on one line why they were not saved. */
    public void save(UserChanges changes) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", 1);
        document.put("switches", described(changes.switches()));
        document.put("additions", described(changes.toDeclared()));
        store.save(Json.of(document));
    }

    /** The problems with any of the files in the state directory, one sentence each. May be called on any thread. */
    public List<String> problems() {
        return directory.problems();
    }

    private UserChanges read(Json document) {
        try {
            return ConfigReader.parseUserChanges(store.file().toString(), document.toString());
        } catch (ConfigException e) {
            throw new JsonException(e.oneLine());
        }
    }

    private static Map<String, Object> described(Map<String, SwitchConfig> switches) {
        Map<String, Object> described = new LinkedHashMap<>();
        switches.forEach((name, sw) -> described.put(name, ConfigWriter.of(sw)));
        return described;
    }
}
