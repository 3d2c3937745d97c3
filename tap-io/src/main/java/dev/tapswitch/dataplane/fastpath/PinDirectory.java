package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.MapSpec;
import dev.tapswitch.linux.sys.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory in a BPF file system in which one fast path pins its objects; only root can access it. A pinned object exists at least until its file
 * is deleted.
 */
final class PinDirectory {
    private final Path directory;

    private PinDirectory(Path directory) {
        this.directory = directory;
    }

    /** Opens the directory, and creates it if it does not exist. */
    static PinDirectory open(Path directory) throws DeviceException {
        try {
            var root = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            if (!Files.isDirectory(directory)) Files.createDirectories(directory, root);
            return new PinDirectory(directory);
        } catch (IOException e) {
            throw failed("making", directory, e);
        }
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    boolean has(String name) {
        return Files.exists(path(name));
    }

    /** Opens the map that is pinned under the specification's name; if there is none, creates and pins it. */
    BpfMap map(MapSpec spec) throws DeviceException {
        if (has(spec.name())) return BpfMap.open(path(spec.name()), spec);
        BpfMap map = BpfMap.create(spec);
        try {
            map.pin(path(spec.name()));
            return map;
        } catch (DeviceException e) {
            map.close();
            throw e;
        }
    }

    void remove(String name) throws DeviceException {
        try {
            Files.deleteIfExists(path(name));
        } catch (IOException e) {
            throw failed("unpinning", path(name), e);
        }
    }

    /** Deletes all pins. Programs that are attached by pinned links are detached unless a process has the link open. */
    void clear() throws DeviceException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> pinned = files.toList();
            for (Path each : pinned) Files.deleteIfExists(each);
        } catch (IOException e) {
            throw failed("clearing", directory, e);
        }
    }

    void delete() throws DeviceException {
        clear();
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw failed("deleting", directory, e);
        }
    }

    private static DeviceException failed(String what, Path path, IOException e) {
        return new DeviceException(what + " " + path + ": " + e, e);
    }
}
