package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The namespaces of a lab's nodes, in a file. An entry is written before its namespace is created, so that {@code lab down} finds all of
 * them even after a crash.
 */
final class LabRecord {
    /** @param isCreated whether the lab has created the namespace and will delete it */
    record Entry(String node, String namespace, boolean isCreated) {}

    /** The third word of an entry's line. Labs that run now may have been started by an earlier version, so it must not change. */
    private static final String CREATED = "made";

    private final LabHome home;
    private final Map<String, Entry> byNamespace = new LinkedHashMap<>();

    LabRecord(LabHome home) {
        this.home = home;
        try {
            if (!Files.exists(home.nodes())) return;
            for (var line : Files.readAllLines(home.nodes())) {
                var words = line.split(" ", -1);
                if (words.length == 3)
                    byNamespace.put(words[1], new Entry(words[0], words[1], words[2].equals(CREATED)));
            }
        } catch (IOException e) {
            throw new LabException("cannot read " + home.nodes() + ": " + e.getMessage());
        }
    }

    List<Entry> entries() {
        return List.copyOf(byNamespace.values());
    }

    /** Whether the lab has created the namespace. */
    boolean hasCreated(String namespace) {
        var entry = byNamespace.get(namespace);
        return entry != null && entry.isCreated();
    }

    void put(Entry entry) {
        byNamespace.put(entry.namespace(), entry);
        write();
    }

    void remove(String namespace) {
        byNamespace.remove(namespace);
        write();
    }

    private void write() {
        var lines = new ArrayList<String>();
        for (var entry : byNamespace.values())
            lines.add(entry.node() + " " + entry.namespace() + " " + (entry.isCreated() ? CREATED : "given"));
        try {
            var draft = home.directory().resolve("nodes.new");
            Files.write(draft, lines);
            Files.move(draft, home.nodes(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabException("cannot write " + home.nodes() + ": " + e.getMessage());
        }
    }
}
