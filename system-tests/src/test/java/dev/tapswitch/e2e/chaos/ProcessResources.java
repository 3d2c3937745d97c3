package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a daemon holds: descriptors, threads, heap after a collection, resident memory.
 *
 * @param ports how many ports it serves, which descriptors grow with
 */
record ProcessResources(int ports, long descriptors, long threads, long heapKib, long residentKib) {
    /** A queue for each worker, and what watches the port. */
    private static final int DESCRIPTORS_PER_PORT = 4;

    private static final int SLACK_DESCRIPTORS = 16;
    private static final int SLACK_THREADS = 8;
    private static final int SLACK_HEAP_KIB = 16 << 10;
    private static final int MAX_RESIDENT_KIB = 320 << 10;
    private static final Pattern USED = Pattern.compile("total (\\d+)K, used (\\d+)K");

    static ProcessResources of(long pid, int ports) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Command.run(Duration.ofSeconds(60), java.util.List.of(jcmd.toString(), "" + pid, "GC.run"));
        CommandResult heap =
                Command.run(Duration.ofSeconds(60), java.util.List.of(jcmd.toString(), "" + pid, "GC.heap_info"));
        Matcher used = USED.matcher(heap.output());
        long kib = 0;
        while (used.find()) kib += Long.parseLong(used.group(2));
        try {
            return new ProcessResources(ports, entries(pid, "fd"), entries(pid, "task"), kib, resident(pid));
        } catch (IOException e) {
            throw new AssertionError("process " + pid + " is gone", e);
        }
    }

    private static long entries(long pid, String what) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/" + what))) {
            return files.count();
        }
    }

    private static long resident(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        }
        return 0;
    }

    /** Compares with the vitals of a daemon that had just started. */
    void compare(ProcessResources fresh, Consumer<String> findings) {
        long expected = fresh.descriptors + (long) Math.max(0, ports - fresh.ports) * DESCRIPTORS_PER_PORT;
        if (descriptors > expected + SLACK_DESCRIPTORS) findings.accept("descriptors: " + this + ", fresh: " + fresh);
        if (threads > fresh.threads + SLACK_THREADS) findings.accept("threads: " + this + ", fresh: " + fresh);
        if (heapKib > fresh.heapKib + SLACK_HEAP_KIB) findings.accept("heap: " + this + ", fresh: " + fresh);
        if (residentKib > MAX_RESIDENT_KIB) findings.accept("resident memory: " + this + ", fresh: " + fresh);
    }
}
