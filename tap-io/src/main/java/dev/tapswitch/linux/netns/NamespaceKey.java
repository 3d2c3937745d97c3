package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * The identity of a namespace: device and inode number of its file (namespaces(7)).
 *
 * <p>An open queue of a TAP keeps alive the namespace in which /dev/net/tun was opened (drivers/net/tun.c: the queue's socket holds a
 * reference), so the descriptor does not reveal that a namespace was deleted. Its name does: it no longer exists, or it refers to another
 * namespace.
 */
public record NamespaceKey(Object deviceAndInode) {
    // The JVM generates a record's own methods at run time; for this record that took 25 ms of the daemon's start.
    @Override
    public boolean equals(Object other) {
        return other instanceof NamespaceKey(var others) && Objects.equals(deviceAndInode, others);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(deviceAndInode);
    }

    /** The key of the namespace of the calling thread. */
    public static Optional<NamespaceKey> ofThread() {
        return of("/proc/thread-self/ns/net");
    }

    /** The key of the namespace that this name refers to now; empty if there is none. */
    public static Optional<NamespaceKey> of(Namespace namespace) {
        Optional<NamespaceKey> key = of(namespace.file());
        // Checked after reading the file: a process that still runs now had this number then.
        if (namespace instanceof Namespace.OfProcess process && !process.isRunning()) return Optional.empty();
        return key;
    }

    /** The key of the namespace that a file descriptor refers to. */
    public static Optional<NamespaceKey> of(int fd) {
        return of("/proc/self/fd/" + fd);
    }

    private static Optional<NamespaceKey> of(String file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
            return Optional.of(new NamespaceKey(attributes.fileKey()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
