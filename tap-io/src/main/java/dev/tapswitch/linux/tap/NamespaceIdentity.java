package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which namespace a name stood for at one moment. An open TAP keeps its namespace alive when the name is deleted, or given to another
 * namespace: its descriptor never tells, the file does (device and inode of nsfs).
 */
record NamespaceIdentity(Namespace namespace, Object key) {
    static NamespaceIdentity of(Namespace namespace) {
        return new NamespaceIdentity(namespace, keyOf(namespace));
    }

    /** Whether the name still stands for the same. One stat(2). The daemon's own namespace has no name to lose. */
    boolean holds() {
        return namespace instanceof Namespace.Current || key == null || key.equals(keyOf(namespace));
    }

    private static Object keyOf(Namespace namespace) {
        try {
            return Files.readAttributes(Path.of(namespace.file()), BasicFileAttributes.class)
                    .fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
