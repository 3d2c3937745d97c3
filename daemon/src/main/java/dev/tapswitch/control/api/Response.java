package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;

/**
 * The response to a request: an HTTP status and JSON.
 *
 * @param body null if there is a listing
 * @param listing null if there is a body
 */
public record Response(int status, Json body, Listing listing) {
    /** A response with a body. */
    public Response(int status, Json body) {
        this(status, body, null);
    }

    /** 200 with a body. */
    public static Response ok(Json body) {
        return new Response(200, body);
    }

    /** 200 with a listing. */
    public static Response ok(Listing listing) {
        return new Response(200, null, listing);
    }

    /** 201 with what was created. */
    public static Response created(Json body) {
        return new Response(201, body);
    }

    /** An error. {@code message}: one line for users. */
    public static Response error(int status, String message) {
        return new Response(status, Json.object().put("error", message));
    }
}
