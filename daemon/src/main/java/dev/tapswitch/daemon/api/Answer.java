package dev.tapswitch.daemon.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What goes back: a status and JSON. */
record Answer(int status, JsonNode body) {
    static Answer ok(JsonNode body) {
        return new Answer(200, body);
    }

    static Answer created(JsonNode body) {
        return new Answer(201, body);
    }

    static Answer error(int status, String message) {
        return new Answer(status, JsonMapper.shared().createObjectNode().put("error", message));
    }
}
