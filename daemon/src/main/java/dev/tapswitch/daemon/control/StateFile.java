package dev.tapswitch.daemon.control;

import dev.tapswitch.daemon.config.Additions;
import dev.tapswitch.daemon.config.ConfigException;
import dev.tapswitch.daemon.config.ConfigReader;
import dev.tapswitch.daemon.config.Description;
import dev.tapswitch.daemon.config.SwitchConfig;
import dev.tapswitch.daemon.json.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps what was added by command or API in STATE/state.json, whole at every moment: a crash leaves the old file or the new one. */
public final class StateFile implements AutoCloseable {
    private final Path file;
    private final FileChannel lock;

    private StateFile(Path directory, FileChannel lock) {
        this.file = directory.resolve("state.json");
        this.lock = lock;
    }

    /** Opens the state in a directory, made if need be; two daemons can't share one. */
    public static StateFile open(Path directory) throws IOException {
        StateFile file = openShared(directory);
        file.lock();
        return file;
    }

    /** As {@link #open}, beside a daemon that still has it, until {@link #lock}. Nothing may be saved before. */
    public static StateFile openShared(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return new StateFile(directory, lock);
    }

    /** From now on it is this daemon's alone; IOException where another has it. */
    public void lock() throws IOException {
        if (!isTaken(lock)) return;
        lock.close();
        throw new IOException("another tapswitch uses " + file.getParent() + ": set another \"state:\" in the config");
    }

    /** What was kept; nothing where there is no file. */
    public Additions load() throws ConfigException {
        return Files.exists(file) ? ConfigReader.readAdditions(file) : Additions.NONE;
    }

    public void save(Additions additions) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", 1);
        document.put("switches", described(additions.switches()));
        document.put("additions", described(additions.toDeclared()));
        byte[] bytes = Json.of(document).toPrettyString().getBytes(StandardCharsets.UTF_8);
        DurableFile.write(file, bytes);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    private static Map<String, Object> described(Map<String, SwitchConfig> switches) {
        Map<String, Object> described = new LinkedHashMap<>();
        switches.forEach((name, one) -> described.put(name, Description.of(one)));
        return described;
    }
}
