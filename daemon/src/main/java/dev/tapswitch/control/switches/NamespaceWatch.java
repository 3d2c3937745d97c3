package dev.tapswitch.control.switches;

import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells cheaply whether the names of namespaces may have changed: deleting or making one changes its directory's modification time, so
 * that one look serves all names in it. Control thread only; one look a tick.
 */
final class NamespaceWatch {
    /** A directory that changed so lately may change again without a new time: it has the clock tick's resolution. */
    private static final long RECENT_MS = 3_000;

    private final Map<Path, Long> modified = new HashMap<>();
    private final Map<Path, Boolean> answers = new HashMap<>();

    /** Begins a new look at all directories. */
    void look() {
        answers.clear();
    }

    /** Whether the namespace's name may stand for another namespace, or none, since the last look. */
    boolean mayHaveChanged(Namespace namespace) {
        return switch (namespace) {
            case Namespace.Current() -> false;
            case Namespace.OfPid _, Namespace.OfProcess _ -> true;
            case Namespace.Named(var name) -> mayHaveChanged(namespace.file());
            case Namespace.AtPath(var path) -> mayHaveChanged(path);
        };
    }

    private boolean mayHaveChanged(String file) {
        Path directory = Path.of(file).toAbsolutePath().getParent();
        return directory == null || answers.computeIfAbsent(directory, this::ask);
    }

    private boolean ask(Path directory) {
        try {
            long now = Files.getLastModifiedTime(directory).toMillis();
            Long before = modified.put(directory, now);
            return before == null || before != now || System.currentTimeMillis() - now < RECENT_MS;
        } catch (IOException e) {
            modified.remove(directory);
            return true;
        }
    }
}
