package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Stops a lab: ends its daemon, deletes the namespaces that it created with the processes in them, and deletes its files. */
public final class LabDown {
    private LabDown() {}

    /** Stops a lab and returns a line for each change; none if there is no such lab. */
    public static List<String> run(LabHome home, Progress progress) {
        if (!home.exists()) return List.of();
        var changes = new ArrayList<String>();
        var daemon = new DaemonProcess(home);
        daemon.find().ifPresent(process -> changes.add("daemon stopped, pid " + process.pid()));
        progress.report("stopping the daemon", 0, 0);
        daemon.stop();
        var entries = new LabRecord(home).entries();
        for (int i = 0; i < entries.size(); i++) {
            progress.report("deleting namespaces", i + 1, entries.size());
            var entry = entries.get(i);
            if (!entry.isCreated() || !Namespaces.exists(entry.namespace())) continue;
            Namespaces.delete(entry.namespace());
            changes.add("node " + entry.node() + ": namespace " + entry.namespace() + " deleted");
        }
        deleteTree(home.directory());
        return changes;
    }

    /** Finds a lab by its name or its file. */
    public static LabHome find(String nameOrFile) {
        boolean isFile = nameOrFile.contains("/") || nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml");
        return LabHome.of(isFile ? LabFile.nameOf(Path.of(nameOrFile)) : nameOrFile);
    }

    private static void deleteTree(Path directory) {
        try {
            List<Path> all;
            try (var walk = Files.walk(directory)) {
                all = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (var path : all) Files.deleteIfExists(path);
            deleteIfEmpty(directory.getParent());
            deleteIfEmpty(directory.getParent().getParent());
        } catch (IOException e) {
            throw new LabException("cannot delete " + directory + ": " + e.getMessage());
        }
    }

    /** Deletes a directory that labs share if this was the last lab. */
    private static void deleteIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Another lab or a daemon uses it.
        }
    }
}
