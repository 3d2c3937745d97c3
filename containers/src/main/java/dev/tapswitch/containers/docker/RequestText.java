package dev.tapswitch.containers.docker;

import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.function.Function;

/** Parses the texts in dockerd's requests. */
final class RequestText {
    private RequestText() {}

    /**
     * Parses a text that a user of Docker has chosen.
     *
     * @param name the name of the value, with which the error message begins
     * @param parser throws IllegalArgumentException with a message for users
     * @throws RequestException if the text is not valid
     */
    static <T> T parse(String name, String text, Function<String, T> parser) throws RequestException {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new RequestException(Reason.INVALID, name + ": " + e.getMessage(), e);
        }
    }
}
