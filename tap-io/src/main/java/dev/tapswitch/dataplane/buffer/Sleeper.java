package dev.tapswitch.dataplane.buffer;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets the consumer of a queue sleep until a producer has added something. A producer that finds the consumer awake makes no system call.
 *
 * <p>The consumer announces its sleep, then checks the queue; a producer adds to the queue, then checks the announcement. With a full fence between the two
 * steps on both sides, either the consumer sees the addition or the producer sees the announcement (Dekker).
 */
public final class Sleeper {
    private volatile Thread sleeping;

    /** Sleeps until {@link #wake}, unless {@code hasWork}. May also return spuriously. Must be called by the consumer. */
    public void sleepUnless(BooleanSupplier hasWork) {
        sleepUnless(hasWork, Long.MAX_VALUE);
    }

    /** Like {@link #sleepUnless(BooleanSupplier)}, but for at most {@code nanos}. */
    public void sleepUnless(BooleanSupplier hasWork, long nanos) {
        sleeping = Thread.currentThread();
        VarHandle.fullFence();
        if (!hasWork.getAsBoolean()) LockSupport.parkNanos(this, nanos);
        sleeping = null;
    }

    /** Wakes the consumer if it sleeps. Must be called after an addition to the queue. Thread-safe. */
    public void wake() {
        VarHandle.fullFence();
        Thread consumer = sleeping;
        if (consumer != null) LockSupport.unpark(consumer);
    }
}
