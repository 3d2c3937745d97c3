package dev.tapswitch.control.json;

/** What is wrong with a text that is not JSON, or with JSON that is not what was expected; on one line. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JsonException(String message) {
        super(message);
    }
}
