package dev.tapswitch.control.api;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.switches.RequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A method and a path with their action, which runs on a control thread.
 *
 * @param path e.g. {@code /v1/switches/{switch}/ports}
 * @param runsCommands whether the action may run host commands and therefore runs on the commands thread
 */
public record Route(String method, String path, boolean runsCommands, Action action) {
    /** The action of a route. */
    @FunctionalInterface
    public interface Action {
        /** Must be called on a control thread. The exceptions become responses with their messages. */
        Response run(Request request) throws RequestException, ConfigException;
    }

    /** A route whose action runs no host commands. */
    public Route(String method, String path, Action action) {
        this(method, path, false, action);
    }

    /** The values of the names in the path; null if the path does not match. {@code parts}: the decoded parts of the path. */
    Map<String, String> match(List<String> parts) {
        String[] pattern = path.substring(1).split("/", -1);
        if (pattern.length != parts.size()) return null;
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].startsWith("{")) values.put(pattern[i].substring(1, pattern[i].length() - 1), parts.get(i));
            else if (!pattern[i].equals(parts.get(i))) return null;
        }
        return values;
    }
}
