package dev.tapswitch.control.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects all problems of one document, so that a user can correct them together. Not thread-safe. */
final class Problems {
    /** The format of a document. A JSON document is read as YAML, but its numbers and booleans must not be quoted. */
    enum Format {
        YAML,
        JSON
    }

    private final String source;
    private final Format format;
    private final List<Problem> found = new ArrayList<>();

    /** {@code source}: the file, or empty for a request. */
    Problems(String source, Format format) {
        this.source = source;
        this.format = format;
    }

    Format format() {
        return format;
    }

    void add(Node node, String path, String message) {
        add(lineOf(node), path, message);
    }

    void add(int line, String path, String message) {
        found.add(new Problem(source, source.isEmpty() ? 0 : line, path, message));
    }

    /**
     * Does nothing if there are no problems.
     *
     * @throws ConfigException with all problems, by line
     */
    void check() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found.stream()
                    .sorted(Comparator.comparingInt(Problem::line))
                    .toList());
        }
    }

    /** The line of a node, from 1; 0 if unknown. */
    static int lineOf(Node node) {
        return lineOf(node.getStartMark());
    }

    static int lineOf(Optional<Mark> mark) {
        return mark.map(m -> m.getLine() + 1).orElse(0);
    }
}
