package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The directory of a lab: the configuration, socket, pid, log and state of its daemon, and the list of its namespaces. Deleted with the lab.
 *
 * @param name the name of the lab
 */
public record LabHome(String name, Path directory) {
    private static final Path LABS = Path.of("/run/tapswitch/labs");

    public static LabHome of(String name) {
        return new LabHome(name, LABS.resolve(name));
    }

    /** All labs that are running or were left behind, sorted by name. */
    public static List<LabHome> all() throws IOException {
        if (!Files.isDirectory(LABS)) return List.of();
        try (var labs = Files.list(LABS)) {
            return labs.filter(Files::isDirectory)
                    .map(lab -> of(lab.getFileName().toString()))
                    .sorted(java.util.Comparator.comparing(LabHome::name))
                    .toList();
        }
    }

    public Path socket() {
        return directory.resolve("tapswitch.sock");
    }

    Path config() {
        return directory.resolve("tapswitch.yaml");
    }

    Path pid() {
        return directory.resolve("daemon.pid");
    }

    Path log() {
        return directory.resolve("daemon.log");
    }

    Path state() {
        return directory.resolve("state");
    }

    /** The file of {@link LabRecord}. */
    Path nodes() {
        return directory.resolve("nodes");
    }

    boolean exists() {
        return Files.isDirectory(directory);
    }
}
