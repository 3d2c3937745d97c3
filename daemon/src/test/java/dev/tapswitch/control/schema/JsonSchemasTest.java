package dev.tapswitch.control.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JsonSchemasTest {
    private static final Path CONFIG = Path.of("../config");

    private static List<String> errors(Map<String, Object> schema, String yaml) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Json.of(schema).toString(), InputFormat.JSON)
                .validate(yaml, InputFormat.YAML)
                .stream()
                .map(Error::toString)
                .toList();
    }

    @Test
    void theInstalledConfigurationIsValid() throws IOException {
        assertEquals(List.of(), errors(JsonSchemas.ofConfig(), Files.readString(CONFIG.resolve("tapswitch.yaml"))));
    }

    /** Commented-out settings are examples, too. A line of prose begins with "# ", with a space. */
    @Test
    void theInstalledConfigurationIsValidWithItsCommentedOutSettings() throws IOException {
        String all = Files.readAllLines(CONFIG.resolve("tapswitch.yaml")).stream()
                .map(line -> line.replaceFirst("^( *)#(?! \\S|$)", "$1"))
                .collect(Collectors.joining("\n"));
        assertTrue(all.contains("\nio: auto"), all);
        assertEquals(List.of(), errors(JsonSchemas.ofConfig(), all));
    }

    @Test
    void allExamplesOfLabsAreValid() throws IOException {
        try (Stream<Path> files = Files.list(CONFIG.resolve("labs"))) {
            List<Path> labs =
                    files.filter(file -> file.toString().endsWith(".yaml")).toList();
            assertFalse(labs.isEmpty());
            for (Path lab : labs)
                assertEquals(List.of(), errors(JsonSchemas.ofLab(), Files.readString(lab)), lab::toString);
        }
    }

    @Test
    void invalidConfigurationsAreRejected() {
        for (String wrong : List.of(
                "wrokers: 2",
                "workers: 0",
                "switches: {lan: {arp: loud}}",
                "switches: {lan: {ports: {a: {mtu: large}}}}",
                "switches: {lan: {ports: {a: {colour: red}}}}"))
            assertFalse(errors(JsonSchemas.ofConfig(), wrong).isEmpty(), wrong);
    }
}
