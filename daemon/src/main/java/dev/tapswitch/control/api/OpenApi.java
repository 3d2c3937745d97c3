package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.JsonSchemas;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.bridge.PortCounter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The description of the API: openapi.json among the resources, with the schemas of settings and counters inserted from their declarations. */
final class OpenApi {
    /** A schema that has this keyword gets the properties of these settings. */
    private static final String SETTINGS = "x-settings";

    /** A schema that has this keyword gets the counters of ports. */
    private static final String COUNTERS = "x-counters";

    private static final Map<String, List<Setting<?>>> SCHEMAS =
            Map.of("port", PortSchema.ALL, "switch", SwitchSchema.ALL);

    private OpenApi() {}

    static Json document() {
        Json document = resource();
        for (Map.Entry<String, Json> schema :
                document.path("components").path("schemas").properties()) {
            if (schema.getValue().has(SETTINGS)) addSettings(schema.getValue());
            if (schema.getValue().has(COUNTERS)) addCounters(schema.getValue());
        }
        return document;
    }

    private static void addSettings(Json schema) {
        List<Setting<?>> settings = SCHEMAS.get(schema.path(SETTINGS).asString());
        Json properties = schema.path("properties");
        JsonSchemas.properties(settings, setting -> true).forEach((key, value) -> properties.set(key, Json.of(value)));
        schema.remove(SETTINGS);
    }

    private static void addCounters(Json schema) {
        Json properties = schema.path("properties");
        for (PortCounter counter : PortCounter.values()) {
            Json description = Json.object().put("type", "integer").put("description", counter.meaning());
            properties.set(Views.name(counter), description);
        }
        schema.remove(COUNTERS);
    }

    private static Json resource() {
        try (InputStream bytes = OpenApi.class.getResourceAsStream("/openapi.json")) {
            return Json.parse(new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
