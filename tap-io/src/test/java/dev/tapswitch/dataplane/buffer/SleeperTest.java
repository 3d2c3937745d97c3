package dev.tapswitch.dataplane.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SleeperTest {
    private final Sleeper sleeper = new Sleeper();
    private final AtomicInteger queued = new AtomicInteger();

    /** Each element is added when the previous one was removed, while the consumer is about to sleep. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void theConsumerDoesNotSleepWhileAnElementIsQueued() throws InterruptedException {
        int additions = 100_000;
        Thread consumer = Thread.ofPlatform().daemon().start(() -> {
            for (int taken = 0; taken < additions; ) {
                if (queued.get() == 0) sleeper.sleepUnless(() -> queued.get() > 0);
                if (queued.get() == 0) continue;
                queued.decrementAndGet();
                taken++;
            }
        });
        for (int i = 0; i < additions; i++) {
            while (queued.get() > 0) Thread.onSpinWait();
            queued.incrementAndGet();
            sleeper.wake();
        }
        consumer.join();
        assertEquals(0, queued.get());
    }
}
