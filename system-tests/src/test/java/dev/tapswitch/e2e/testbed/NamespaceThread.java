package dev.tapswitch.e2e.testbed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs code on a thread that has entered a network namespace with setns(2). A socket belongs to the namespace of the thread that creates it. */
public final class NamespaceThread {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SETNS = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("setns"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final int CLONE_NEWNET = 0x40000000;

    private NamespaceThread() {}

    /** Runs {@code work} on a new thread in the namespace and waits for its result. {@code path}: a file such as /run/netns/NAME or /proc/PID/ns/net. */
    public static <T> T call(String path, Callable<T> work) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                enter(path);
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void enter(String path) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(arena.allocateFrom(path), 0);
            check(fd, "open " + path);
            int entered = (int) SETNS.invokeExact(fd, CLONE_NEWNET);
            check((int) CLOSE.invokeExact(fd), "close " + path);
            check(entered, "setns " + path);
        }
    }

    private static void check(int result, String call) {
        if (result < 0) throw new AssertionError(call + " failed");
    }
}
