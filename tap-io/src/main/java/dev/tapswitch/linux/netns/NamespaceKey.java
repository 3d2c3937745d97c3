package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * Which namespace a name stands for: the device and inode numbers of its file (namespaces(7)).
 *
 * <p>An open queue of a TAP keeps the namespace alive in which /dev/net/tun was opened (drivers/net/tun.c: its socket holds it), so the
 * descriptor alone never tells that a namespace was deleted. Its name does: that is gone, or stands for another one.
 */
public record NamespaceKey(Object deviceAndInode) {
    // What a record does by itself is made at run time, which here took 25 ms of a daemon's start.
    @Override
    public boolean equals(Object other) {
        return other instanceof NamespaceKey(var its) && Objects.equals(deviceAndInode, its);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(deviceAndInode);
    }

    /** Of the namespace that the calling thread is in. */
    public static Optional<NamespaceKey> ofThread() {
        return of("/proc/thread-self/ns/net");
    }

    /** Of the namespace that has this name now; empty when none has. */
    public static Optional<NamespaceKey> of(Namespace namespace) {
        Optional<NamespaceKey> key = of(namespace.file());
        // Asked afterwards: what ran then had the number before.
        if (namespace instanceof Namespace.OfProcess process && !process.isRunning()) return Optional.empty();
        return key;
    }

    /** Of the namespace that a file descriptor stands for. */
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
