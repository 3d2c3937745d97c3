package dev.tapswitch.control.config;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Any text is a valid configuration or request body, or is refused with a list of problems, each on one line that begins with its file. */
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
        accept("", () -> ConfigReader.probeOf(text, ports));
    }

    private static void accept(String source, Reader reader) {
        try {
            Objects.requireNonNull(reader.read());
        } catch (ConfigException e) {
            if (e.problems().isEmpty()) throw new AssertionError("refused without a problem", e);
            for (Problem problem : e.problems()) {
                String line = problem.toString();
                if (line.isBlank() || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0)
                    throw new AssertionError("more than one line: " + line, e);
                if (!line.startsWith(source)) throw new AssertionError("does not begin with the file: " + line, e);
            }
        }
    }
}
