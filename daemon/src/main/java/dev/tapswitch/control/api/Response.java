package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;

/**
 * The answer to a request: a status and JSON.
 *
 * @param body null if there is a listing
 * @param listing null if there is a body
 */
public record Response(int status, Json body, Listing listing) {
    public Response(int status, Json body) {
        this(status, body, null);
    }

    public static Response ok(Json body) {
        return new Response(200, body);
    }

    public static Response ok(Listing listing) {
        return new Response(200, null, listing);
    }

    public static Response created(Json body) {
        return new Response(201, body);
    }

    public static Response error(int status, String message) {
        return new Response(status, Json.object().put("error", message));
    }
}
