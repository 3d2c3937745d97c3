package dev.tapswitch.control.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.core.bridge.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Checks that the generated parts of the documentation match the declarations. {@code mvn -pl daemon -am test
 * -Dtest=GeneratedDocumentsTest -Dsurefire.failIfNoSpecifiedTests=false -Dtapswitch.update=true} updates them.
 */
class GeneratedDocumentsTest {
    private static final Path TOP = Path.of("..");
    private static final boolean UPDATES = Boolean.getBoolean("tapswitch.update");

    @Test
    void theReadmesTableOfSettingsIsUpToDate() throws IOException {
        checkSection("README.md", "settings", SettingTables.ofConfig());
    }

    @Test
    void theReadmesTableOfDropReasonsIsUpToDate() throws IOException {
        var table = new StringBuilder("| reason | meaning |\n|---|---|\n");
        for (DropReason reason : DropReason.values()) {
            String name = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            table.append("| `" + name + "` | " + reason.meaning() + " |\n");
        }
        checkSection("README.md", "drop-reasons", table.toString());
    }

    @Test
    void theGuidesTableOfDockerOptionsIsUpToDate() throws IOException {
        checkSection("docs/replace-docker0.md", "docker-options", SettingTables.ofDockerOptions());
    }

    @Test
    void theSchemaOfTheConfigurationFileIsUpToDate() throws IOException {
        checkJson("config/tapswitch.schema.json", JsonSchemas.ofConfig());
    }

    @Test
    void theSchemaOfLabFilesIsUpToDate() throws IOException {
        checkJson("config/lab.schema.json", JsonSchemas.ofLab());
    }

    private static void checkJson(String file, Map<String, Object> expected) throws IOException {
        check(TOP.resolve(file), Json.of(expected).toPrettyString() + "\n");
    }

    /** Checks the text between {@code <!-- NAME: generated from the declarations -->} and {@code <!-- /NAME -->}. */
    private static void checkSection(String file, String name, String expected) throws IOException {
        Path path = TOP.resolve(file);
        String text = Files.readString(path);
        String begin = "<!-- " + name + ": generated from the declarations -->\n\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("\n<!-- /" + name + " -->");
        assertTrue(from >= begin.length() && to > from, () -> file + " has no section " + name);
        check(path, text.substring(0, from) + expected + text.substring(to));
    }

    private static void check(Path path, String expected) throws IOException {
        if (UPDATES) Files.writeString(path, expected);
        String found = Files.exists(path) ? Files.readString(path) : "";
        assertEquals(
                expected,
                found,
                () -> path + " is out of date; the Javadoc of GeneratedDocumentsTest has the command that updates it");
    }
}
