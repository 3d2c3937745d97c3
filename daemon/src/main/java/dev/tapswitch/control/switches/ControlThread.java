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
 * A thread that runs control tasks in the order of their submission. There are two: the control thread, and the commands thread ({@link #forCommands}) for
 * tasks that run host commands. Both work on the same data, so a task holds a lock, the turn, while it runs. The commands thread releases the
 * turn while a host command runs, so a command that hangs delays only the commands thread.
 *
 * <p>"Control thread" in the documentation of other classes means a thread that holds the turn.
 */
public final class ControlThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final int CLOSE_SECONDS = 10;
    private static final ThreadLocal<ControlThread> CURRENT = new ThreadLocal<>();

    private final String name;
    /** Fair, so that a steady stream of tasks on one thread does not starve the other. */
    private final ReentrantLock turn;

    private final boolean isForCommands;
    private final ScheduledThreadPoolExecutor executor;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private volatile Activity activity;

    /** What the thread does now: it runs a task, or waits for a host command. {@code command}: empty for a task. */
    private record Activity(String command, long sinceNanos) {}

    /** A submitted task that can still be refused because it has not begun. */
    private record Waiting(CompletableFuture<?> result, AtomicBoolean isBegun, long sinceNanos) {
        /** Returns true to one caller only, which then runs or refuses the task. */
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
     * Creates the thread for tasks that run host commands. While a command of such a task runs, tasks of the control thread may change switches and
     * ports. State that only tasks of the commands thread change does not change meanwhile.
     */
    public ControlThread forCommands() {
        return new ControlThread("commands", turn, true);
    }

    /** Runs a host command. On the commands thread, the turn is released meanwhile. May be called on any thread. */
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

    /** Runs a task later. An exception of the task is logged as a bug. After {@link #close} the task is ignored. May be called on any thread. */
    @Override
    public void execute(Runnable command) {
        try {
            executor.execute(() -> inTurn(() -> logged(command)));
        } catch (RejectedExecutionException e) {
            LOG.debug("submitted after the end", e);
        }
    }

    /** Runs a task later, unless {@link #refuseWaiting} refuses it first. May be called on any thread. */
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
            result.completeExceptionally(ending(e));
        }
        return result;
    }

    private static RequestException ending(RejectedExecutionException cause) {
        return new RequestException(RequestException.Reason.FAILED, "the daemon is ending", cause);
    }

    /** Runs a task after a delay, unless the thread is closed first. */
    void after(long delayMs, Runnable command) {
        try {
            var _ = executor.schedule(() -> inTurn(() -> logged(command)), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("submitted after the end", e);
        }
    }

    /** Runs a task periodically until the thread is closed. */
    public void every(long periodMs, Runnable command) {
        var _ = executor.scheduleWithFixedDelay(
                () -> inTurn(() -> logged(command)), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /**
     * The task or host command that the thread has been busy with for {@code minMs} or longer, for example "nft, for 7 s"; empty if there is none. The time includes
     * waiting for the turn. May be called on any thread.
     */
    public Optional<String> busyWith(long minMs) {
        Activity now = activity;
        if (now == null) return Optional.empty();
        long ms = (System.nanoTime() - now.sinceNanos()) / 1_000_000;
        if (ms < minMs) return Optional.empty();
        return Optional.of((now.command().isEmpty() ? "a task" : now.command()) + ", for " + ms / 1_000 + " s");
    }

    /** Refuses the tasks that were submitted at least {@code maxMs} ago and have not begun. They will not run. May be called on any thread. */
    void refuseWaiting(long maxMs) {
        String why = "the daemon's " + name + " thread is busy (" + busyWith(0).orElse("with other requests")
                + "); frames are forwarded meanwhile; nothing was changed: try again later";
        for (Waiting entry : waiting) {
            boolean isOld = System.nanoTime() - entry.sinceNanos() >= maxMs * 1_000_000;
            if (isOld && entry.begin())
                entry.result().completeExceptionally(new RequestException(RequestException.Reason.BUSY, why));
        }
    }

    /** Refuses waiting tasks, interrupts the running one, and waits for its end for at most 10 s. */
    @Override
    public void close() {
        executor.shutdownNow();
        for (Waiting entry : waiting) if (entry.begin()) entry.result().completeExceptionally(ending(null));
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

    /** Passes an error to the handler of uncaught exceptions, because the executor would swallow it and stop periodic tasks. */
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
