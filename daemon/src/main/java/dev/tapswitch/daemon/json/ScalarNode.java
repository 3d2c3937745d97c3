package dev.tapswitch.daemon.json;

import java.util.stream.Stream;

/** A string, a number, a boolean, null, or what is missing. */
final class ScalarNode extends JsonNode {
    static final ScalarNode MISSING = new ScalarNode(null);
    static final ScalarNode NULL = new ScalarNode(null);
    private static final ScalarNode TRUE = new ScalarNode(true);
    private static final ScalarNode FALSE = new ScalarNode(false);

    private final Object value;

    private ScalarNode(Object value) {
        this.value = value;
    }

    /** IllegalArgumentException for a value that JSON does not know. */
    static ScalarNode scalar(Object value) {
        return switch (value) {
            case null -> NULL;
            case Boolean bool -> bool ? TRUE : FALSE;
            case CharSequence text -> new ScalarNode(text.toString());
            case Number number -> new ScalarNode(number(number));
            default -> throw new IllegalArgumentException("not JSON: " + value.getClass());
        };
    }

    @Override
    Object value() {
        return value;
    }

    @Override
    public Stream<JsonNode> valueStream() {
        return Stream.empty();
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) return true;
        return value != null && other instanceof ScalarNode scalar && value.equals(scalar.value);
    }

    @Override
    public int hashCode() {
        return value == null ? 0 : value.hashCode();
    }
}
