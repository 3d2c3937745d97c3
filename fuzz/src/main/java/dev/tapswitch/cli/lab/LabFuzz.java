package dev.tapswitch.cli.lab;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Any text is a valid lab, or is refused with one line that begins with file and line number. */
public final class LabFuzz {
    private static final Path FILE = Path.of("fuzz.yaml");

    private LabFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Lab lab = LabFile.parse(FILE, new String(input, StandardCharsets.UTF_8));
            if (lab.name().isEmpty()) throw new AssertionError("the lab has no name");
        } catch (LabException e) {
            String line = e.getMessage();
            if (!line.matches("(?s)fuzz\\.yaml:[0-9]+: .+") || line.indexOf('\n') >= 0)
                throw new AssertionError("not one line with file and line number: " + line, e);
        }
    }
}
