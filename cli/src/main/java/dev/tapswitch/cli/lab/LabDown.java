package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Takes a lab down: its daemon by its pid, the namespaces that it made and what runs in them, its files. */
public final class LabDown {
    private LabDown() {}

    /** Says in sentences what it did; nothing when there was nothing left to do. */
    public static List<String> run(LabHome home) {
        if (!home.exists()) return List.of();
        var done = new ArrayList<String>();
        var daemon = new DaemonProcess(home);
        daemon.find().ifPresent(process -> done.add("daemon stopped, pid " + process.pid()));
        daemon.stop();
        for (var entry : new LabRecord(home).entries()) {
            if (!entry.made() || !Namespaces.exists(entry.namespace())) continue;
            Namespaces.delete(entry.namespace());
            done.add("node " + entry.node() + ": namespace " + entry.namespace() + " deleted");
        }
        deleteTree(home.directory());
        return done;
    }

    /** By the name of a lab, or by its file. */
    public static LabHome find(String nameOrFile) {
        boolean file = nameOrFile.contains("/") || nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml");
        return LabHome.of(file ? LabFile.nameOf(Path.of(nameOrFile)) : nameOrFile);
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

    /** The directories that labs share go with the last of them. */
    private static void deleteIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Another lab is there, or a daemon.
        }
    }
}
