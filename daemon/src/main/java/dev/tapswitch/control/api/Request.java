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
    /** The value of a name in the path of the route. */
    public String part(String name) {
        return path.get(name);
    }

    /** A value from the query, or null. */
    public String query(String name) {
        return query.get(name);
    }

    /**
     * A whole number from the query.
     *
     * @return {@code defaultValue} if the query does not contain the name
     * @throws RequestException if the value is not a number from {@code min} to {@code max}
     */
    public int number(String name, int min, int max, int defaultValue) throws RequestException {
        String text = query.get(name);
        if (text == null) return defaultValue;
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= min && Integer.parseInt(text) <= max) {
            return Integer.parseInt(text);
        }
        throw new RequestException(
                Reason.INVALID,
                name + ": \"" + text + "\" is not valid; expected a whole number from " + min + " to " + max);
    }

    /**
     * The body as JSON on one line.
     *
     * @throws RequestException if the body is not a JSON object
     */
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
