package dev.tapswitch.control.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Parses untrusted YAML into nodes, which know their lines. Stateless. */
public final class YamlText {
    private static final int MAX_CODE_POINTS = 64 << 20;
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setLabel("")
            .setCodePointLimit(MAX_CODE_POINTS)
            .build();

    private YamlText() {}

    /** A text is not YAML. The message is one line. */
    public static final class NotYaml extends Exception {
        private static final long serialVersionUID = 1;

        private final int line;

        NotYaml(int line, String message, Throwable cause) {
            super(message, cause);
            this.line = line;
        }

        /** The line of the problem, from 1; 0 if it is not known. */
        public int line() {
            return line;
        }
    }

    /** The root node of the only document; empty for a text without one. */
    public static Optional<Node> compose(String text) throws NotYaml {
        try {
            return new Compose(SETTINGS).composeString(text);
        } catch (MarkedYamlEngineException e) {
            int line =
                    e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
            throw new NotYaml(line, firstLine(e.getProblem() == null ? e.getContext() : e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new NotYaml(0, firstLine(e.getMessage()), e);
        } catch (RuntimeException e) {
            // snakeyaml-engine throws other unchecked exceptions for a malformed escape or tag, such as a backslash and
            // a u at the end of the text.
            throw new NotYaml(0, "an escape sequence or a tag is malformed", e);
        }
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }
}
