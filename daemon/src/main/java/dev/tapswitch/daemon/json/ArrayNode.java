package dev.tapswitch.daemon.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** A JSON array. */
public final class ArrayNode extends JsonNode {
    private final List<JsonNode> elements = new ArrayList<>();

    public ArrayNode add(JsonNode value) {
        elements.add(value);
        return this;
    }

    public ArrayNode add(String value) {
        return add(ScalarNode.scalar(value));
    }

    public ArrayNode add(long value) {
        return add(ScalarNode.scalar(value));
    }

    /** A new, empty object as the last element. */
    public ObjectNode addObject() {
        ObjectNode object = new ObjectNode();
        add(object);
        return object;
    }

    @Override
    public JsonNode path(int index) {
        return index >= 0 && index < elements.size() ? elements.get(index) : ScalarNode.MISSING;
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public Iterator<JsonNode> iterator() {
        return Collections.unmodifiableList(elements).iterator();
    }

    @Override
    public Stream<JsonNode> valueStream() {
        return elements.stream();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ArrayNode array && elements.equals(array.elements);
    }

    @Override
    public int hashCode() {
        return elements.hashCode();
    }
}
