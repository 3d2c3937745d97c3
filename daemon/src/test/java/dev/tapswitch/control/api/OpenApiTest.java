package dev.tapswitch.control.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.core.bridge.PortCounter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private static final Pattern REFERENCE = Pattern.compile("\"#/components/(schemas|responses)/([A-Za-z]+)\"");

    private final Json components = OpenApi.document().path("components");

    @Test
    void everyCounterOfAPortIsDescribed() {
        Json counters = components.path("schemas").path("Counters");
        for (PortCounter counter : PortCounter.values()) {
            String description = counters.path("properties")
                    .path(Views.name(counter))
                    .path("description")
                    .asString();
            assertEquals(counter.meaning(), description);
        }
        assertTrue(counters.path("properties").has("drops"), "the drops by reason are described");
    }

    @Test
    void everySettingOfAPortIsDescribed() {
        assertTrue(components
                .path("schemas")
                .path("NewPort")
                .path("properties")
                .path("mtu")
                .has("description"));
    }

    @Test
    void theDocumentHasNoExtensionsAndEveryReferenceResolves() {
        String document = OpenApi.document().toString();
        assertFalse(document.contains("\"x-"), "the document has extensions, which only its source may have");
        Matcher references = REFERENCE.matcher(document);
        int count = 0;
        for (; references.find(); count++)
            assertTrue(components.path(references.group(1)).has(references.group(2)), references.group());
        assertTrue(count > 0, "the document has no references");
    }
}
