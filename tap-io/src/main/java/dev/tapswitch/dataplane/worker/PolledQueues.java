package dev.tapswitch.dataplane.worker;

/**
 * The queues that brought frames a moment ago. While its worker looks for more ({@link BusyPoll}), they are read without anybody saying that there is something:
 * the sender need not interrupt the worker's CPU, and the frame does not wait for a turn of Netty's loop. The loop's thread.
 */
final class PolledQueues {
    /** Each waits for the reads of the others; a conversation has two. */
    private static final int MOST = 4;

    /** So often they are looked at before all other ports have their turn, when there is nothing. */
    private static final int ROUNDS = 8;

    /** A breath between two rounds. */
    private static final int SPINS = 8;

    /** Of rounds that found nothing, one of so many is followed by a turn of whoever waits for this CPU. */
    private static final int TURN = 8;

    private final BusyPoll busyPoll;
    private final PortQueue[] queues = new PortQueue[MOST];
    /** When each of them last brought a frame. */
    private final long[] lastNanos = new long[MOST];

    private int count;
    private int emptyRounds;

    PolledQueues(BusyPoll busyPoll) {
        this.busyPoll = busyPoll;
    }

    BusyPoll busyPoll() {
        return busyPoll;
    }

    /** A queue has just brought frames; whether it is one of these from now on, so that nobody needs to tell when there are more. */
    boolean add(PortQueue queue) {
        for (int i = 0; i < count; i++) if (queues[i].equals(queue)) return true;
        if (count == MOST || !busyPoll.isOn()) return false;
        queues[count] = queue;
        lastNanos[count++] = busyPoll.lastNanos();
        return true;
    }

    void remove(PortQueue queue) {
        for (int i = 0; i < count; i++) if (queues[i].equals(queue)) remove(i);
    }

    /** Looks for frames, if it is the time for that; whether the worker shall look again instead of sleeping. */
    boolean look() {
        for (int round = 0; round < ROUNDS && busyPoll.isOn(); round++) {
            if (readAll()) return true;
            if (++emptyRounds % TURN == 0) busyPoll.letOthersRun();
            else for (int i = 0; i < SPINS; i++) Thread.onSpinWait();
        }
        boolean isOn = busyPoll.isOn();
        for (int i = count - 1; i >= 0; i--) if (!isOn || busyPoll.isOver(lastNanos[i])) rest(i);
        return isOn;
    }

    /** From the last to the first: what is removed meanwhile is replaced by one that has had its turn. */
    private boolean readAll() {
        boolean isFound = false;
        for (int i = count - 1; i >= 0; i--) {
            if (!queues[i].look()) continue;
            lastNanos[i] = busyPoll.lastNanos();
            isFound = true;
        }
        return isFound;
    }

    private void rest(int index) {
        PortQueue queue = queues[index];
        remove(index);
        queue.rest();
    }

    private void remove(int index) {
        count--;
        queues[index] = queues[count];
        lastNanos[index] = lastNanos[count];
        queues[count] = null;
    }
}
