package dev.tapswitch.daemon.api;

import dev.tapswitch.daemon.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The API's own description, openapi.json beside the classes. */
final class OpenApi {
    private OpenApi() {}

    static Json document() {
        try (InputStream bytes = OpenApi.class.getResourceAsStream("/openapi.json")) {
            return Json.parse(new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
