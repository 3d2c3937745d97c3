package dev.tapswitch.daemon.control;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which all control happens, in the order in which it was asked for. */
public final class ControlThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final int CLOSE_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("control").daemon().factory());

    /** Runs a command later, which must not fail; after the end it is forgotten. Any thread. */
    @Override
    public void execute(Runnable command) {
        try {
            executor.execute(() -> logged(command));
        } catch (RejectedExecutionException e) {
            LOG.debug("asked for after the end", e);
        }
    }

    /** Runs a task later. Any thread. */
    public <T> CompletableFuture<T> submit(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            executor.execute(() -> complete(result, task));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new Refused(Refused.Reason.FAILED, "the daemon is ending", e));
        }
        return result;
    }

    /** Runs a command every so often until the end. */
    public void every(long periodMs, Runnable command) {
        var _ = executor.scheduleWithFixedDelay(() -> logged(command), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Lets what runs now come to its end; what waits is forgotten. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) LOG.warn("the control thread did not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> task) {
        try {
            result.complete(task.call());
        } catch (Exception | LinkageError e) {
            result.completeExceptionally(e);
        }
    }

    private static void logged(Runnable command) {
        try {
            command.run();
        } catch (RuntimeException e) {
            LOG.error("a control command failed: this is a bug, please report it", e);
        }
    }
}
