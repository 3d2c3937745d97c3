package dev.tapswitch.dataplane.poll;

/**
 * The queues that had frames a moment ago. While {@link BusyPoll} is on, their worker polls them instead of waiting for notifications: the sender does not
 * need to interrupt the worker's CPU, and the frame does not wait for an iteration of Netty's loop. Must be used on the worker thread.
 */
public final class PolledQueues {
    /** Few, because each queue waits for the reads of the others. A conversation of two stations uses two queues. */
    private static final int MAX_QUEUES = 4;

    /** Rounds of polling without a frame before all other ports are served. */
    private static final int ROUNDS = 8;

    /** The pause between two rounds, in calls of Thread.onSpinWait(). */
    private static final int SPIN_HINTS = 8;

    /** After this many rounds without a frame, the worker yields the CPU to other threads that wait for it. */
    private static final int ROUNDS_PER_YIELD = 8;

    private final BusyPoll busyPoll;
    private final Pollable[] queues = new Pollable[MAX_QUEUES];
    /** By queue: when it last had a frame. */
    private final long[] lastNanos = new long[MAX_QUEUES];

    private int count;
    private int emptyRounds;

    public PolledQueues(BusyPoll busyPoll) {
        this.busyPoll = busyPoll;
    }

    public BusyPoll busyPoll() {
        return busyPoll;
    }

    /** Adds a queue that has just had frames; returns whether it is polled from now on, and needs no notification. */
    public boolean add(Pollable queue) {
        for (int i = 0; i < count; i++) if (queues[i].equals(queue)) return true;
        if (count == MAX_QUEUES || !busyPoll.isOn()) return false;
        queues[count] = queue;
        lastNanos[count++] = busyPoll.lastNanos();
        return true;
    }

    public void remove(Pollable queue) {
        for (int i = 0; i < count; i++) if (queues[i].equals(queue)) remove(i);
    }

    /** Polls the queues if busy polling is on; returns whether the worker shall poll again instead of sleeping. */
    public boolean poll() {
        for (int round = 0; round < ROUNDS && busyPoll.isOn(); round++) {
            if (pollAll()) return true;
            if (++emptyRounds % ROUNDS_PER_YIELD == 0) busyPoll.yieldCpu();
            else for (int i = 0; i < SPIN_HINTS; i++) Thread.onSpinWait();
        }
        boolean isOn = busyPoll.isOn();
        for (int i = count - 1; i >= 0; i--) if (!isOn || busyPoll.isOver(lastNanos[i])) arm(i);
        return isOn;
    }

    /** From the last queue to the first: a queue that removes itself is replaced by one that was polled already. */
    private boolean pollAll() {
        boolean isFound = false;
        for (int i = count - 1; i >= 0; i--) {
            if (!queues[i].poll()) continue;
            lastNanos[i] = busyPoll.lastNanos();
            isFound = true;
        }
        return isFound;
    }

    private void arm(int index) {
        Pollable queue = queues[index];
        remove(index);
        queue.arm();
    }

    private void remove(int index) {
        count--;
        queues[index] = queues[count];
        lastNanos[index] = lastNanos[count];
        queues[count] = null;
    }
}
