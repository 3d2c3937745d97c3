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

/** A directory of one fast path in a BPF file system, for root only. Its objects live until their files are deleted. */
final class PinDirectory {
    private final Path directory;

    private PinDirectory(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory if it is not there. */
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

    /** The map that is pinned under its name, or a new one that now is. */
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

    /** Deletes all that is pinned here: programs that are attached by pinned links are detached. */
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
