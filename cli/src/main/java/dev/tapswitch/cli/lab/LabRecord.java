package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which namespace is which node's, and which of them the lab made: written before a namespace is made, so that even after a crash
 * {@code lab down} knows what to delete.
 */
final class LabRecord {
    /** @param made by this lab, which will delete it */
    record Entry(String node, String namespace, boolean made) {}

    private final LabHome home;
    private final Map<String, Entry> byNamespace = new LinkedHashMap<>();

    LabRecord(LabHome home) {
        this.home = home;
        try {
            if (!Files.exists(home.nodes())) return;
            for (var line : Files.readAllLines(home.nodes())) {
                var words = line.split(" ", -1);
                if (words.length == 3)
                    byNamespace.put(words[1], new Entry(words[0], words[1], words[2].equals("made")));
            }
        } catch (IOException e) {
            throw new LabException("cannot read " + home.nodes() + ": " + e.getMessage());
        }
    }

    List<Entry> entries() {
        return List.copyOf(byNamespace.values());
    }

    boolean made(String namespace) {
        var entry = byNamespace.get(namespace);
        return entry != null && entry.made();
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
            lines.add(entry.node() + " " + entry.namespace() + " " + (entry.made() ? "made" : "given"));
        try {
            var draft = home.directory().resolve("nodes.new");
            Files.write(draft, lines);
            Files.move(draft, home.nodes(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabException("cannot write " + home.nodes() + ": " + e.getMessage());
        }
    }
}
