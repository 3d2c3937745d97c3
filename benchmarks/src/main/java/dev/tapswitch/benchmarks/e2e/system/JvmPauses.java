package dev.tapswitch.benchmarks.e2e.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code -Xlog:safepoint} has written since it was first looked at: every time that the JVM stopped all threads, for GC or anything else. */
final class JvmPauses {
    /** A collection that the program asked for, as the daemon does once, when it has started. */
    private static final String ASKED_FOR = "\"SerialGCCollect\"";

    private static final Pattern TOTAL = Pattern.compile("Total: +(\\d+) ns");

    private final Path log;
    private final long start;

    /** From here on; what was before, a start, does not count. */
    JvmPauses(Path log) {
        this.log = log;
        this.start = log.toFile().length();
    }

    /** The longest, in microseconds; empty where there was none. */
    OptionalDouble longestMicros() {
        try (var file = Files.newInputStream(log)) {
            file.skipNBytes(start);
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.contains(ASKED_FOR))
                    .map(TOTAL::matcher)
                    .filter(Matcher::find)
                    .mapToDouble(matcher -> Long.parseLong(matcher.group(1)) / 1e3)
                    .max();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }
}
