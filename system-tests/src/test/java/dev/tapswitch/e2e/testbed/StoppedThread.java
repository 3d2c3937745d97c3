package dev.tapswitch.e2e.testbed;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Stops one thread of another process with ptrace(2) until it is closed; the other threads run on. Simulates a stuck worker. */
public final class StoppedThread implements AutoCloseable {
    private static final long PTRACE_DETACH = 17;
    private static final long PTRACE_SEIZE = 0x4206;
    private static final long PTRACE_INTERRUPT = 0x4207;
    private static final MethodHandle PTRACE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("ptrace"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private final CountDownLatch release = new CountDownLatch(1);
    private final Thread tracer;

    /** {@code namePrefix}: the start of the thread's name in /proc/PID/task/TID/comm. */
    public StoppedThread(long pid, String namePrefix) throws IOException {
        int thread = find(pid, namePrefix);
        CompletableFuture<Long> stopped = new CompletableFuture<>();
        // ptrace(2) regards a single thread as the tracer: the thread that attaches must also detach.
        tracer = Thread.ofPlatform().daemon().start(() -> {
            stopped.complete(ptrace(PTRACE_SEIZE, thread) | ptrace(PTRACE_INTERRUPT, thread));
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ptrace(PTRACE_DETACH, thread);
        });
        assertTrue(stopped.join() >= 0, "ptrace has failed");
    }

    private static int find(long pid, String namePrefix) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            List<Path> found =
                    tasks.filter(task -> nameOf(task).startsWith(namePrefix)).toList();
            assertTrue(!found.isEmpty(), () -> "process " + pid + " has no thread " + namePrefix);
            return Integer.parseInt(found.getFirst().getFileName().toString());
        }
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long ptrace(long request, int thread) {
        try {
            return (long) PTRACE.invokeExact(request, thread, 0L, 0L);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        release.countDown();
        try {
            tracer.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
