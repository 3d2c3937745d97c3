package dev.tapswitch.control.switches;

import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Detects cheaply whether the names of namespaces may have changed: the creation or deletion of one changes the modification time of its directory, so
 * one stat(2) serves all names in the directory. Must be called on the control thread.
 */
final class NamespaceWatch {
    /** A directory that changed this recently may change again without a new modification time, whose resolution is the kernel's clock tick. */
    private static final long RECENT_MS = 3_000;

    private final Map<Path, Long> modified = new HashMap<>();
    private final Map<Path, Boolean> answers = new HashMap<>();

    /** Discards the cached answers. Must be called once per tick. */
    void resync() {
        answers.clear();
    }

    /** Whether the name may refer to another namespace, or to none, since the previous tick. */
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
