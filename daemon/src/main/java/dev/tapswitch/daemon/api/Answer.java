package dev.tapswitch.daemon.api;

import dev.tapswitch.daemon.json.Json;

/**
 * What goes back: a status and JSON.
 *
 * @param body null where there is a listing
 * @param listing null where there is a body
 */
record Answer(int status, Json body, Listing listing) {
    Answer(int status, Json body) {
        this(status, body, null);
    }

    static Answer ok(Json body) {
        return new Answer(200, body);
    }

    static Answer ok(Listing listing) {
        return new Answer(200, null, listing);
    }

    static Answer created(Json body) {
        return new Answer(201, body);
    }

    static Answer error(int status, String message) {
        return new Answer(status, Json.object().put("error", message));
    }
}
