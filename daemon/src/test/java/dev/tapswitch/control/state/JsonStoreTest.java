package dev.tapswitch.control.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonStoreTest {
    private static final int NOTHING = -1;

    @TempDir
    private Path directory;

    @Test
    void theLastSavedDocumentIsLoaded() throws IOException {
        save(1, 2, 3);
        assertLoads(3, "");
    }

    @Test
    void aFirstStartLoadsNothingAndReportsNoProblem() throws IOException {
        assertLoads(NOTHING, "");
    }

    @Test
    void aFileTruncatedAtAnyByteIsReplacedByThePreviousCopy() throws IOException {
        save(1, 2);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertLoads(1, "the copy from before the last change is used");
        }
    }

    @Test
    void aFileWithZerosFromAnyByteIsReplacedByThePreviousCopy() throws IOException {
        save(1, 2);
        byte[] whole = Files.readAllBytes(file());
        for (int from = 0; from < whole.length; from++) {
            byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, from), whole.length);
            Files.write(file(), zeros);
            assertLoads(1, "the copy from before the last change is used");
        }
    }

    @Test
    void anyFlippedBitIsDetected() throws IOException {
        save(1, 2);
        byte[] whole = Files.readAllBytes(file());
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file(), flipped);
            assertLoads(1, "the copy from before the last change is used");
        }
    }

    @Test
    void ifBothGenerationsAreTruncatedNothingIsLoadedAndItIsReported() throws IOException {
        save(1, 2);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            Files.write(previous(), Arrays.copyOf(whole, whole.length - 1 - length));
            assertLoads(NOTHING, "there is no undamaged copy");
        }
    }

    @Test
    void aFileOfAnEarlierReleaseIsReadUnlessItIsTruncated() throws IOException {
        byte[] earlier = "{\"version\": 1,\n  \"number\": 7}".getBytes(StandardCharsets.UTF_8);
        Files.write(file(), earlier);
        assertLoads(7, "");
        for (int length = 0; length < earlier.length; length++) {
            Files.write(file(), Arrays.copyOf(earlier, length));
            assertLoads(NOTHING, "there is no undamaged copy");
        }
    }

    @Test
    void aDocumentWithoutAChecksumCanBeEdited() throws IOException {
        save(1, 2);
        Files.writeString(file(), Files.readString(file()).replace("2", "5"));
        assertLoads(1, "remove \"checksum\"");
        Files.writeString(file(), "{\"document\":{\"number\":5}}");
        assertLoads(5, "");
    }

    @Test
    void withoutTheFileNothingIsLoaded() throws IOException {
        save(1, 2);
        Files.delete(file());
        assertLoads(NOTHING, "");
    }

    @Test
    void theNextSaveKeepsADamagedFileAndThePreviousCopy() throws IOException {
        save(1, 2);
        Files.writeString(file(), "torn");
        try (StateDirectory open = StateDirectory.open(directory)) {
            JsonStore store = open.store("state.json");
            assertEquals(1, load(store));
            store.save(number(3));
        }
        assertEquals("torn", Files.readString(file().resolveSibling("state.json.damaged")));
        assertLoads(3, "");
        Files.writeString(file(), "torn again");
        assertLoads(1, "the copy from before the last change is used");
    }

    /** A kill during a save leaves the draft, a temporary file, truncated at any byte. */
    @Test
    void aDraftOfAnInterruptedSaveIsIgnoredAndReplaced() throws IOException {
        save(1, 2);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length <= whole.length; length++) {
            Files.write(directory.resolve("state.json.new"), Arrays.copyOf(whole, length));
            assertLoads(2, "");
        }
        save(3);
        assertLoads(3, "");
        assertFalse(Files.exists(directory.resolve("state.json.new")));
    }

    @Test
    void aFailedSaveLeavesTheFileUnchangedAndIsReportedUntilOneSucceeds() throws IOException {
        save(1, 2);
        Path obstacle = Files.createDirectory(directory.resolve("state.json.new"));
        try (StateDirectory open = StateDirectory.open(directory)) {
            JsonStore store = open.store("state.json");
            assertEquals(2, load(store));
            String why =
                    assertThrows(IOException.class, () -> store.save(number(3))).getMessage();
            assertEquals(1, why.lines().count());
            assertEquals(List.of(file() + " could not be saved (" + why + ")"), open.problems());
            assertEquals(2, load(store));
            Files.deleteIfExists(obstacle);
            store.save(number(3));
            assertEquals(List.of(), open.problems());
        }
        assertLoads(3, "");
    }

    @Test
    void withoutADirectoryNothingIsLoadedAndChangesAreRefused() throws IOException {
        Path blocked = Files.writeString(directory.resolve("file"), "").resolve("state");
        try (StateDirectory open = StateDirectory.open(blocked)) {
            JsonStore store = open.store("state.json");
            assertEquals(NOTHING, load(store));
            assertTrue(open.problems().getFirst().contains(blocked + " can't be written"), () -> "" + open.problems());
            assertThrows(IOException.class, () -> store.save(number(1)));
            Files.delete(directory.resolve("file"));
            store.save(number(1));
            assertEquals(List.of(), open.problems());
        }
    }

    @Test
    void twoDaemonsCannotShareADirectoryAndAPredecessorSavesNothing() throws IOException {
        JsonStore handedOver;
        try (StateDirectory first = StateDirectory.open(directory);
                StateDirectory second = StateDirectory.openShared(directory)) {
            handedOver = first.store("state.json");
            JsonStore store = second.store("state.json");
            assertThrows(IOException.class, () -> StateDirectory.open(directory));
            assertThrows(IOException.class, () -> store.save(number(1)));
        }
        assertThrows(IOException.class, () -> handedOver.save(number(2)));
        assertLoads(NOTHING, "");
    }

    private void save(int... numbers) throws IOException {
        try (StateDirectory open = StateDirectory.open(directory)) {
            JsonStore store = open.store("state.json");
            for (int number : numbers) store.save(number(number));
        }
    }

    /** {@code problem}: a part of the reported problem; empty for none. */
    private void assertLoads(int number, String problem) throws IOException {
        try (StateDirectory open = StateDirectory.open(directory)) {
            assertEquals(number, load(open.store("state.json")));
            List<String> problems = open.problems();
            assertEquals(problem.isEmpty() ? 0 : 1, problems.size(), problems::toString);
            assertTrue(problems.toString().contains(problem), problems::toString);
            assertEquals(problems.size(), problems.toString().lines().count() - (problems.isEmpty() ? 1 : 0));
        }
    }

    private static int load(JsonStore store) {
        return store.load(document -> document.required("number").asInt(), () -> NOTHING);
    }

    private static Json number(int number) {
        return Json.object().put("version", 1).put("number", number);
    }

    private Path file() {
        return directory.resolve("state.json");
    }

    private Path previous() {
        return directory.resolve("state.json.old");
    }
}
