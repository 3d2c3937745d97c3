package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ControlThreadTest {
    private final ControlThread control = new ControlThread();
    private final ControlThread commands = control.forCommands();

    @AfterEach
    void end() {
        commands.close();
        control.close();
    }

    /** Submits a task that runs a host command, which counts down {@code begun} and then waits for {@code end}. */
    private static CompletableFuture<String> hang(ControlThread thread, CountDownLatch begun, CountDownLatch end) {
        return thread.submit(() -> ControlThread.whileOthersGoOn("nft", () -> {
            begun.countDown();
            await(end);
            return "ended";
        }));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(50, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void requestsAreAnsweredWhileACommandHangs() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> hung = hang(commands, begun, end);
        await(begun);
        assertEquals(1, control.submit(() -> 1).get(50, TimeUnit.SECONDS));
        assertFalse(hung.isDone());
        assertTrue(commands.busyWith(0).orElseThrow().startsWith("nft, for "));
        end.countDown();
        assertEquals("ended", hung.get(50, TimeUnit.SECONDS));
    }

    @Test
    void exceptDuringHostCommandsOneTaskRunsAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean isViolated = new AtomicBoolean();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            for (ControlThread thread : List.of(control, commands)) {
                all.add(thread.submit(() -> {
                    if (inside.incrementAndGet() != 1) isViolated.set(true);
                    LockSupport.parkNanos(1_000);
                    inside.decrementAndGet();
                    if (thread == commands) ControlThread.whileOthersGoOn("true", () -> "");
                    if (inside.incrementAndGet() != 1) isViolated.set(true);
                    return inside.decrementAndGet();
                }));
            }
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(50, TimeUnit.SECONDS);
        assertFalse(isViolated.get());
    }

    @Test
    void closeRefusesWaitingTasks() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        control.execute(() -> {
            running.countDown();
            await(new CountDownLatch(1));
        });
        await(running);
        CompletableFuture<Boolean> waiting = control.submit(() -> true);
        control.close();
        ExecutionException e = assertThrows(ExecutionException.class, () -> waiting.get(60, TimeUnit.SECONDS));
        assertEquals("the daemon is ending", e.getCause().getMessage());
    }

    @Test
    void aTaskThatWaitsTooLongIsRefusedAndNeverRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> hung = hang(control, begun, end);
        await(begun);
        AtomicBoolean hasRun = new AtomicBoolean();
        CompletableFuture<Boolean> waiting = control.submit(() -> hasRun.getAndSet(true));
        control.refuseWaiting(0);
        ExecutionException refused = assertThrows(ExecutionException.class, () -> waiting.get(50, TimeUnit.SECONDS));
        assertEquals(RequestException.Reason.BUSY, ((RequestException) refused.getCause()).reason());
        assertTrue(refused.getCause().getMessage().contains("is busy (nft, for "), refused.toString());
        end.countDown();
        assertEquals("ended", hung.get(50, TimeUnit.SECONDS), "a task that has begun is not refused");
        control.submit(() -> 1).get(50, TimeUnit.SECONDS);
        assertFalse(hasRun.get());
    }
}
