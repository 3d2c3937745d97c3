package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The processes of one system under test and the clean-up after them. Processes end in the order in which they were started. */
final class Processes implements RunningSystem {
    /** The warm-up of a JVM. On one CPU the JIT compiler competes with the worker. */
    private static final double WARM_UP_SECONDS = 2;

    private final List<Process> started = new ArrayList<>();
    private final List<Runnable> cleanUp = new ArrayList<>();
    private JvmPauses pauses;

    /** Starts a process that ends when the system is closed. */
    Process start(List<String> words, Path log) {
        Process process = Command.start(words, log);
        started.add(process);
        return process;
    }

    /** Sets the file in which a JVM logs its pauses; they count from now on. */
    void pausesIn(Path log) {
        pauses = new JvmPauses(log);
    }

    /** Runs this when the system is closed, after its processes have ended; the last one first. */
    void onClose(Runnable undo) {
        cleanUp.add(undo);
    }

    /** Throws an exception with the last line of the log if a process has ended. */
    static void checkAlive(Process process, Path log) {
        if (process.isAlive()) return;
        try {
            String last = Files.readString(log).strip();
            throw new BenchException("the process exited with " + process.exitValue() + ": "
                    + last.lines().reduce((a, b) -> b).orElse("without output"));
        } catch (IOException e) {
            throw new BenchException("the process exited with " + process.exitValue(), e);
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
        cleanUp.reversed().forEach(Runnable::run);
    }
}
