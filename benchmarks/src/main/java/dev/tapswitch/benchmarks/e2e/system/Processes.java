package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.bed.BenchException;
import dev.tapswitch.benchmarks.e2e.bed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The processes of one system under test, ended in the order in which they were started, and what is to be undone after them. */
final class Processes implements RunningSystem {
    /** Of a JVM; on one CPU, its compiler has to share it with the worker. */
    private static final double WARM_UP_SECONDS = 2;

    private final List<Process> started = new ArrayList<>();
    private final List<Runnable> after = new ArrayList<>();
    private JvmPauses pauses;

    Process start(List<String> words, Path log) {
        Process process = Command.start(words, log);
        started.add(process);
        return process;
    }

    /** Where a JVM among them logs its pauses, which count from now on. */
    void pausesIn(Path log) {
        pauses = new JvmPauses(log);
    }

    void afterwards(Runnable undo) {
        after.add(undo);
    }

    /** Throws when one has ended, with the last line of its log. */
    static void checkAlive(Process process, Path log) {
        if (process.isAlive()) return;
        try {
            String last = Files.readString(log).strip();
            throw new BenchException("it ended with " + process.exitValue() + ": "
                    + last.lines().reduce((a, b) -> b).orElse("it said nothing"));
        } catch (IOException e) {
            throw new BenchException("it ended with " + process.exitValue(), e);
        }
    }

    @Override
    public List<Long> pids() {
        return started.stream().filter(Process::isAlive).map(Process::pid).toList();
    }

    @Override
    public OptionalDouble longestPauseMicros() {
        return pauses == null ? OptionalDouble.empty() : pauses.longestMicros();
    }

    @Override
    public double warmUpSeconds() {
        return pauses == null ? 0 : WARM_UP_SECONDS;
    }

    @Override
    public void close() {
        started.forEach(Process::destroy);
        started.forEach(Command::end);
        after.forEach(Runnable::run);
    }
}
