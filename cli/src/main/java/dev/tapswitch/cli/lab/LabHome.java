package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a running lab keeps what it must not forget: its daemon's configuration, socket, pid, log, state, and the namespaces it made.
 *
 * @param name the lab's name
 * @param directory its own directory, deleted with it
 */
public record LabHome(String name, Path directory) {
    private static final Path LABS = Path.of("/run/tapswitch/labs");

    public static LabHome of(String name) {
        return new LabHome(name, LABS.resolve(name));
    }

    /** All labs that are up or were left behind, by name. */
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

    /** See {@link LabRecord}. */
    Path nodes() {
        return directory.resolve("nodes");
    }

    boolean exists() {
        return Files.isDirectory(directory);
    }
}
