package dev.tapswitch.control.switches;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread on which control happens, in the order in which it was asked for. There are two: one for everything, and one for what runs
 * commands of the host ({@link #forCommands}). Both work on the same data, so only one of them runs at a time: the one that has the turn. The second one
 * gives the turn away while a command runs, and so a command that hangs holds up nothing but its own thread.
 *
 * <p>"Control thread" elsewhere means a thread that has the turn.
 */
public final class ControlThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final int CLOSE_SECONDS = 10;
    private static final ThreadLocal<ControlThread> CURRENT = new ThreadLocal<>();

    private final String name;
    /** Fair, so that a steady stream of requests on one thread does not keep the other from its turn. */
    private final ReentrantLock turn;

    private final boolean isForCommands;
    private final ScheduledThreadPoolExecutor executor;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private volatile Activity activity;

    /** What occupies the thread: a task, or a command that a task waits for. */
    private record Activity(String command, long sinceNanos) {}

    /** A submitted task that may still be refused instead of begun. */
    private record Waiting(CompletableFuture<?> result, AtomicBoolean isBegun, long sinceNanos) {
        /** Whether the caller is the one that may go on with it. */
        boolean begin() {
            return isBegun.compareAndSet(false, true);
        }
    }

    public ControlThread() {
        this("control", new ReentrantLock(true), false);
    }

    private ControlThread(String name, ReentrantLock turn, boolean isForCommands) {
        this.name = name;
        this.turn = turn;
        this.isForCommands = isForCommands;
        this.executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name).daemon().factory());
    }

    /**
     * The thread for tasks that run commands of the host. A task of this thread must be prepared for other control while a command of its
     * runs: switches and ports may change meanwhile, but nothing that only tasks of this thread change.
     */
    public ControlThread forCommands() {
        return new ControlThread("commands", turn, true);
    }

    /** Runs a command of the host; on a thread that is for commands, others have the turn meanwhile. Any thread. */
    public static <T> T whileOthersGoOn(String command, Supplier<T> run) {
        ControlThread current = CURRENT.get();
        if (current == null) return run.get();
        Activity task = current.activity;
        current.activity = new Activity(command, System.nanoTime());
        if (current.isForCommands) current.turn.unlock();
        try {
            return run.get();
        } finally {
            if (current.isForCommands) current.turn.lock();
            current.activity = task;
        }
    }

    /** Runs a command later, which must not fail; after the end it is forgotten. Any thread. */
    @Override
    public void execute(Runnable command) {
        try {
            executor.execute(() -> inTurn(() -> logged(command)));
        } catch (RejectedExecutionException e) {
            LOG.debug("asked for after the end", e);
        }
    }

    /** Runs a task later, unless {@link #refuseWaiting} comes first. Any thread. */
    public <T> CompletableFuture<T> submit(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Waiting entry = new Waiting(result, new AtomicBoolean(), System.nanoTime());
        waiting.add(entry);
        try {
            executor.execute(() -> {
                waiting.remove(entry);
                if (entry.begin()) inTurn(() -> complete(result, task));
            });
        } catch (RejectedExecutionException e) {
            waiting.remove(entry);
            result.completeExceptionally(
                    new RequestException(RequestException.Reason.FAILED, "the daemon is ending", e));
        }
        return result;
    }

    /** Runs a command after a while, unless the end comes first. */
    void after(long delayMs, Runnable command) {
        try {
            var _ = executor.schedule(() -> logged(command), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("asked for after the end", e);
        }
    }

    /** Runs a command every so often until the end. */
    public void every(long periodMs, Runnable command) {
        var _ = executor.scheduleWithFixedDelay(
                () -> inTurn(() -> logged(command)), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** What the thread has been at for {@code leastMs} or longer: "nft, for 7 s"; empty where it is free, or was a moment ago. Any thread. */
    public Optional<String> busyWith(long leastMs) {
        Activity now = activity;
        if (now == null) return Optional.empty();
        long ms = (System.nanoTime() - now.sinceNanos()) / 1_000_000;
        if (ms < leastMs) return Optional.empty();
        return Optional.of((now.command().isEmpty() ? "a task" : now.command()) + ", for " + ms / 1_000 + " s");
    }

    /** Refuses the tasks that were submitted {@code mostMs} ago or earlier and have not begun: they will not run. Any thread. */
    void refuseWaiting(long mostMs) {
        String why = "the daemon's " + name + " thread is busy (" + busyWith(0).orElse("with other requests")
                + "); frames are forwarded meanwhile; nothing was changed: try again later";
        for (Waiting entry : waiting) {
            boolean isOld = System.nanoTime() - entry.sinceNanos() >= mostMs * 1_000_000;
            if (isOld && entry.begin())
                entry.result().completeExceptionally(new RequestException(RequestException.Reason.BUSY, why));
        }
    }

    /** Lets what runs now come to its end; what waits is forgotten. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS))
                LOG.warn("the {} thread did not end", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void inTurn(Runnable task) {
        activity = new Activity("", System.nanoTime());
        turn.lock();
        CURRENT.set(this);
        try {
            task.run();
        } finally {
            CURRENT.remove();
            activity = null;
            turn.unlock();
        }
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> task) {
        try {
            result.complete(task.call());
        } catch (Exception | LinkageError e) {
            result.completeExceptionally(e);
        } catch (Error e) {
            result.completeExceptionally(e);
            escalate(e);
        }
    }

    /** The executor would keep the error to itself, and run no more of what is repeated. */
    private static void escalate(Error e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }

    private static void logged(Runnable command) {
        try {
            command.run();
        } catch (RuntimeException e) {
            LOG.error("a control command failed: this is a bug, please report it", e);
        } catch (Error e) {
            escalate(e);
        }
    }
}
