package dev.tapswitch.daemon.json;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A JSON object: its members in the order in which they came. */
public final class ObjectNode extends JsonNode {
    private final Map<String, JsonNode> members = new LinkedHashMap<>();

    public ObjectNode set(String name, JsonNode value) {
        members.put(name, value);
        return this;
    }

    public ObjectNode put(String name, String value) {
        return set(name, ScalarNode.scalar(value));
    }

    public ObjectNode put(String name, long value) {
        return set(name, ScalarNode.scalar(value));
    }

    public ObjectNode put(String name, double value) {
        return set(name, ScalarNode.scalar(value));
    }

    public ObjectNode put(String name, boolean value) {
        return set(name, ScalarNode.scalar(value));
    }

    /** A new, empty object as a member. */
    public ObjectNode putObject(String name) {
        ObjectNode object = new ObjectNode();
        set(name, object);
        return object;
    }

    /** A new, empty array as a member. */
    public ArrayNode putArray(String name) {
        ArrayNode array = new ArrayNode();
        set(name, array);
        return array;
    }

    /** What it was; null where there was none. */
    public JsonNode remove(String name) {
        return members.remove(name);
    }

    @Override
    public JsonNode path(String name) {
        return members.getOrDefault(name, ScalarNode.MISSING);
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public Set<Map.Entry<String, JsonNode>> properties() {
        return Collections.unmodifiableSet(members.entrySet());
    }

    @Override
    public Iterator<JsonNode> iterator() {
        return Collections.unmodifiableCollection(members.values()).iterator();
    }

    @Override
    public Stream<JsonNode> valueStream() {
        return members.values().stream();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectNode object && members.equals(object.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }
}
