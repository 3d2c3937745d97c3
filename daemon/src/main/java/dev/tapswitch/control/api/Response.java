package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;

/**
 * What goes back: a status and JSON.
 *
 * @param body null where there is a listing
 * @param listing null where there is a body
 */
record Response(int status, Json body, Listing listing) {
    Response(int status, Json body) {
        this(status, body, null);
    }

    static Response ok(Json body) {
        return new Response(200, body);
    }

    static Response ok(Listing listing) {
        return new Response(200, null, listing);
    }

    static Response created(Json body) {
        return new Response(201, body);
    }

    static Response error(int status, String message) {
        return new Response(status, Json.object().put("error", message));
    }
}
