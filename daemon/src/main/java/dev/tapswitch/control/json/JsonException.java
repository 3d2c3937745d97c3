package dev.tapswitch.control.json;

/** A text is not JSON, or a JSON value is not what was expected. The message is one line. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JsonException(String message) {
        super(message);
    }
}
