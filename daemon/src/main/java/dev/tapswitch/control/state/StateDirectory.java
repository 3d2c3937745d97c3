package dev.tapswitch.control.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of the daemon's {@linkplain JsonStore stores}. A lock file keeps other daemons out. If the directory cannot be written, the daemon starts
 * nevertheless: it reads the files, and every save fails. Not thread-safe, except as noted.
 */
public final class StateDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);

    private final Path directory;
    private final Path lockFile;
    private final List<JsonStore> stores = new CopyOnWriteArrayList<>();
    /** Null if the lock file cannot be opened. */
    private FileChannel lock;

    private boolean isLocked;
    private boolean isClosed;

    private StateDirectory(Path directory) {
        this.directory = directory;
        this.lockFile = directory.resolve("lock");
    }

    /**
     * Opens a directory, and creates it if it is missing.
     *
     * @throws IOException if another daemon uses it
     */
    public static StateDirectory open(Path directory) throws IOException {
        StateDirectory opened = openShared(directory);
        opened.lock();
        return opened;
    }

    /** Opens a directory that another daemon still uses. Nothing is saved before {@link #lock}. */
    public static StateDirectory openShared(Path directory) {
        StateDirectory opened = new StateDirectory(directory);
        try {
            opened.openLockFile();
        } catch (IOException e) {
            LOG.error("{} ({})", opened.unwritable(), Reason.of(e));
        }
        return opened;
    }

    /**
     * Locks the directory for this daemon.
     *
     * @throws IOException if another daemon uses it
     */
    public void lock() throws IOException {
        if (lock == null || tryLock()) return;
        lock.close();
        throw new IOException("another tapswitch uses " + directory + ": set another \"state:\" in the config");
    }

    /** The document in the file of that name. */
    public JsonStore store(String name) {
        JsonStore store = new JsonStore(this, directory.resolve(name));
        stores.add(store);
        return store;
    }

    /** The present problems with the directory and its files, one sentence each. May be called on any thread. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!Files.isWritable(directory)) problems.add(unwritable());
        for (JsonStore store : stores) problems.addAll(store.problems());
        return problems;
    }

    /**
     * Makes sure that this daemon holds the lock.
     *
     * @throws IOException if it does not, so that nothing may be saved
     */
    void requireLock() throws IOException {
        if (isClosed) throw new IOException(directory + " belongs to another process now");
        if (lock == null) openLockFile();
        if (!isLocked) lock();
    }

    /** Makes renames durable by flushing the directory. */
    void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        if (lock != null) lock.close();
    }

    private void openLockFile() throws IOException {
        Files.createDirectories(directory);
        lock = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private boolean tryLock() throws IOException {
        try {
            FileLock held = lock.tryLock();
            isLocked = held != null;
        } catch (OverlappingFileLockException e) {
            isLocked = false;
        }
        return isLocked;
    }

    private String unwritable() {
        return "the state directory " + directory
                + " can't be written: changes that must survive a restart are refused until it can";
    }
}
