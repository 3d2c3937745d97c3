package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources of a daemon: descriptors, threads, heap after a collection, resident memory.
 *
 * @param ports the number of ports, which the number of descriptors depends on
 */
record ProcessResources(int ports, long descriptors, long threads, long heapKib, long residentKib) {
    /** The queues of two workers, and the descriptors that watch the port. */
    private static final int DESCRIPTORS_PER_PORT = 4;

    private static final int SLACK_DESCRIPTORS = 16;
    private static final int SLACK_THREADS = 8;
    private static final int SLACK_HEAP_KIB = 16 << 10;
    private static final int MAX_RESIDENT_KIB = 320 << 10;
    private static final Pattern USED = Pattern.compile("total (\\d+)K, used (\\d+)K");

    static ProcessResources of(long pid, int ports) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Command.run(Duration.ofSeconds(60), List.of(jcmd.toString(), "" + pid, "GC.run"));
        CommandResult heap = Command.run(Duration.ofSeconds(60), List.of(jcmd.toString(), "" + pid, "GC.heap_info"));
        Matcher used = USED.matcher(heap.output());
        long kib = 0;
        while (used.find()) kib += Long.parseLong(used.group(2));
        if (kib == 0) throw new AssertionError("no heap in the answer of jcmd:\n" + heap.output());
        try {
            return new ProcessResources(ports, entries(pid, "fd"), entries(pid, "task"), kib, resident(pid));
        } catch (IOException e) {
            throw new AssertionError("process " + pid + " has ended", e);
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
        throw new AssertionError("/proc/" + pid + "/status has no VmRSS");
    }

    /** Reports resources that have grown by more than the slack since {@code baseline} was measured. */
    void compare(ProcessResources baseline, Consumer<String> findings) {
        long expected = baseline.descriptors + (long) Math.max(0, ports - baseline.ports) * DESCRIPTORS_PER_PORT;
        if (descriptors > expected + SLACK_DESCRIPTORS)
            findings.accept("descriptors: " + this + ", baseline: " + baseline);
        if (threads > baseline.threads + SLACK_THREADS) findings.accept("threads: " + this + ", baseline: " + baseline);
        if (heapKib > baseline.heapKib + SLACK_HEAP_KIB) findings.accept("heap: " + this + ", baseline: " + baseline);
        if (residentKib > MAX_RESIDENT_KIB) findings.accept("resident memory: " + this + ", baseline: " + baseline);
    }
}
