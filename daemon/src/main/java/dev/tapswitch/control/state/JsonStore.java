package dev.tapswitch.control.state;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON document that survives a restart, in two generations: FILE, and FILE.old from the save before. A save writes FILE.new, flushes it to the
 * disk, links FILE to FILE.old, renames FILE.new to FILE and flushes the directory. FILE is therefore complete at every moment, and survives a power
 * loss. If a {@linkplain Envelope checksum} shows that FILE is damaged, FILE.old is read, and the next save keeps the damaged file as
 * FILE.damaged. Not thread-safe, except as noted.
 */
public final class JsonStore {
    private static final Logger LOG = LoggerFactory.getLogger(JsonStore.class);

    private final StateDirectory directory;
    private final Path file;
    private final Path previous;
    private boolean isDamaged;
    private volatile String loadProblem = "";
    private volatile String saveProblem = "";

    JsonStore(StateDirectory directory, Path file) {
        this.directory = directory;
        this.file = file;
        this.previous = sibling(".old");
    }

    /** The file with the newest document. */
    public Path file() {
        return file;
    }

    /**
     * Reads the newest undamaged copy with {@code reader}; {@code otherwise} if there is no file, or no undamaged copy. The log and {@link #problems}
     * report if it is not the newest.
     *
     * @param reader throws a RuntimeException, such as a JsonException, if the document is not valid
     */
    public <T> T load(Function<Json, T> reader, Supplier<T> otherwise) {
        isDamaged = false;
        loadProblem = "";
        // The file is never absent between two saves: if it is missing, a user removed it to start from scratch.
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) return otherwise.get();
        try {
            return read(file, reader);
        } catch (IOException | RuntimeException e) {
            isDamaged = true;
            T value = loadPrevious(reader, file + " is damaged (" + why(e) + "): ", otherwise);
            LOG.error("{}", loadProblem);
            return value;
        }
    }

    private <T> T loadPrevious(Function<Json, T> reader, String damage, Supplier<T> otherwise) {
        try {
            T value = read(previous, reader);
            loadProblem = damage + "the copy from before the last change is used, " + previous;
            return value;
        } catch (IOException | RuntimeException e) {
            loadProblem = damage + "there is no undamaged copy (" + why(e) + "), so nothing of it is restored;"
                    + " put a backup in its place and start the daemon again";
            return otherwise.get();
        }
    }

    /**
     * Replaces the document. When this returns, the new one survives a power loss.
     *
     * @throws IOException with the reason on one line why the old one remains
     */
    public void save(Json document) throws IOException {
        Path draft = sibling(".new");
        try {
            directory.requireLock();
            write(draft, Envelope.seal(document));
            if (isDamaged) link(sibling(".damaged"));
            else link(previous);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            isDamaged = false;
            directory.sync();
            saveProblem = "";
        } catch (IOException e) {
            discard(draft);
            String why = Reason.of(e);
            saveProblem = file + " could not be saved (" + why + ")";
            throw new IOException(why, e);
        }
    }

    /** The present problems, one sentence each. May be called on any thread. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (String problem : List.of(loadProblem, saveProblem)) if (!problem.isEmpty()) problems.add(problem);
        return problems;
    }

    /** Gives the file, which is about to be replaced, a second name. */
    private void link(Path name) throws IOException {
        if (!Files.exists(file)) return;
        Files.deleteIfExists(name);
        try {
            Files.createLink(name, file);
        } catch (IOException | UnsupportedOperationException e) {
            // The file system has no hard links. The copy is not flushed, and the next save does not flush it either.
            Files.copy(file, name, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static <T> T read(Path file, Function<Json, T> reader) throws IOException {
        return reader.apply(Envelope.open(Files.readAllBytes(file)));
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) channel.write(buffer);
            channel.force(true);
        }
    }

    private static void discard(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            LOG.debug("cannot remove {}", draft, e);
        }
    }

    private static String why(Exception e) {
        String why = e instanceof IOException failed ? Reason.of(failed) : e.getMessage();
        return e instanceof JsonException || e instanceof IOException
                ? why
                : e.getClass().getSimpleName() + ": " + why;
    }

    private Path sibling(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
