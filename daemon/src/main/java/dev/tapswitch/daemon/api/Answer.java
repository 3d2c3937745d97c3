package dev.tapswitch.daemon.api;

import dev.tapswitch.daemon.json.JsonNode;
import dev.tapswitch.daemon.json.ObjectNode;

/** What goes back: a status and JSON. */
record Answer(int status, JsonNode body) {
    static Answer ok(JsonNode body) {
        return new Answer(200, body);
    }

    static Answer created(JsonNode body) {
        return new Answer(201, body);
    }

    static Answer error(int status, String message) {
        return new Answer(status, new ObjectNode().put("error", message));
    }
}
