package dev.tapswitch.daemon.api;

import dev.tapswitch.daemon.json.Json;

/** What goes back: a status and JSON. */
record Answer(int status, Json body) {
    static Answer ok(Json body) {
        return new Answer(200, body);
    }

    static Answer created(Json body) {
        return new Answer(201, body);
    }

    static Answer error(int status, String message) {
        return new Answer(status, Json.object().put("error", message));
    }
}
