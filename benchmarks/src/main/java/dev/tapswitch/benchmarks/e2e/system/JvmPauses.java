package dev.tapswitch.benchmarks.e2e.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the log of {@code -Xlog:safepoint}: every pause in which the JVM stopped all threads, for garbage collection or another reason. */
final class JvmPauses {
    /** A garbage collection that the program requested; the daemon requests one after its start. */
    private static final String REQUESTED_GC = "\"SerialGCCollect\"";

    private static final Pattern TOTAL = Pattern.compile("Total: +(\\d+) ns");

    private final Path log;
    private final long start;

    /** Counts pauses from now on; those of the start do not count. */
    JvmPauses(Path log) {
        this.log = log;
        this.start = log.toFile().length();
    }

    /** The longest pause, in microseconds; empty if there was none. */
    OptionalDouble longestMicros() {
        try (var file = Files.newInputStream(log)) {
            file.skipNBytes(start);
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.contains(REQUESTED_GC))
                    .map(TOTAL::matcher)
                    .filter(Matcher::find)
                    .mapToDouble(matcher -> Long.parseLong(matcher.group(1)) / 1e3)
                    .max();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }
}
