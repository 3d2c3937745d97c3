package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.Map;

/**
 * A request, as a route handles it.
 *
 * @param path the values of the {@code {name}}s in the route's path, decoded
 * @param query the first value of each name in the query, decoded
 */
public record Request(Map<String, String> path, Map<String, String> query, String body) {
    public String part(String name) {
        return path.get(name);
    }

    /** A value from the query, or null. */
    public String query(String name) {
        return query.get(name);
    }

    public int number(String name, int min, int max, int otherwise) throws RequestException {
        String text = query.get(name);
        if (text == null) return otherwise;
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= min && Integer.parseInt(text) <= max) {
            return Integer.parseInt(text);
        }
        throw new RequestException(
                Reason.INVALID, name + ": \"" + text + "\" is not a number in range; expected " + min + " to " + max);
    }

    /** The body as JSON on one line. RequestException if it is not a JSON object. */
    public String json() throws RequestException {
        try {
            Json node = Json.parse(body.isBlank() ? "{}" : body);
            if (node.isObject()) return node.toString();
            throw new RequestException(
                    Reason.INVALID, "the body is not a JSON object; expected e.g. {\"name\": \"web0\"}");
        } catch (JsonException e) {
            throw new RequestException(
                    Reason.INVALID, "the body is not JSON: " + e.getMessage().replace('\n', ' '), e);
        }
    }
}
