package dev.tapswitch.daemon.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API's own description, openapi.json beside the classes. */
final class OpenApi {
    private OpenApi() {}

    static JsonNode document() {
        try (InputStream bytes = OpenApi.class.getResourceAsStream("/openapi.json")) {
            return JsonMapper.shared().readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
