package dev.tapswitch.linux.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The number of CPUs that the machine may ever have: an entry of a per-CPU map has a value for each of them. */
final class PossibleCpus {
    private static final Pattern RANGES = Pattern.compile(",");

    static final int COUNT = read();

    private PossibleCpus() {}

    private static int read() {
        try {
            return count(Files.readString(Path.of("/sys/devices/system/cpu/possible")));
        } catch (IOException e) {
            throw new UncheckedIOException("the number of possible CPUs is unknown", e);
        }
    }

    /** The number of CPUs in a list such as {@code 0-3,8}, which has five. */
    static int count(String list) {
        int count = 0;
        for (String range : RANGES.split(list.strip(), -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(range, 0, dash < 0 ? range.length() : dash, 10);
            int last = dash < 0 ? first : Integer.parseInt(range, dash + 1, range.length(), 10);
            count += last - first + 1;
        }
        return count;
    }
}
