package dev.tapswitch.control.config;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Any text is a configuration, or a body of a request, or is refused with all that is wrong, each problem on one line with its place. */
public final class ConfigFuzz {
    private ConfigFuzz() {}

    private interface Reader {
        Object read() throws ConfigException;
    }

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Map<String, PortConfig> ports = Map.of("p", PortConfig.of("p"));
        accept("file", () -> ConfigReader.parse("file", text));
        accept("", () -> ConfigReader.switchOf(text));
        accept("", () -> ConfigReader.portOf(text));
        accept("", () -> ConfigReader.portOf(PortConfig.of("p"), text));
        accept("", () -> ConfigReader.staticMacOf(text, ports));
        accept("", () -> ConfigReader.supposedFrameOf(text, ports));
    }

    private static void accept(String source, Reader reader) {
        try {
            Objects.requireNonNull(reader.read());
        } catch (ConfigException e) {
            if (e.problems().isEmpty()) throw new AssertionError("refused, and nothing is wrong", e);
            for (Problem problem : e.problems()) {
                String line = problem.toString();
                if (line.isBlank() || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0)
                    throw new AssertionError("not one line: " + line, e);
                if (!line.startsWith(source)) throw new AssertionError("without its file: " + line, e);
            }
        }
    }
}
