package dev.tapswitch.core.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A feed of a {@link MacTable}'s changes, from any number of workers and control threads to one reader: a bounded, lock-free queue that allocates
 * nothing for a writer. If it overflows, changes are lost and the reader is asked once to {@link MacEvent#RESYNC resync}.
 *
 * <p>If two threads change the same key, their changes may be queued in the reverse order. Therefore each change also carries the entry that the
 * table holds when the reader takes it ({@link MacChange#port}). A reader that mirrors the table must use this state, and then ends with the table's
 * content: a change is queued after the table was changed, so the last change of a key that the reader takes shows the key's last state.
 * {@link MacChange#event} and {@link MacChange#eventPort} are for logs and for users.
 *
 * <p>The cells form a ring (as in Vyukov's bounded queue). A cell's sequence is its position while it is free, and its position + 1 while it holds a
 * change. A writer that is preempted between claiming and filling a cell delays the reader, but no other writer.
 *
 * <p>Writers are thread-safe. {@link #poll} and {@link #arm} must be called by one thread at a time.
 */
public final class MacFeed implements AutoCloseable {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle TAIL;
    private static final VarHandle LOST;
    private static final VarHandle ARMED;
    private static final MacEvent[] EVENTS = MacEvent.values();
    /** Longs per cell: sequence, key, event and port, padding. */
    private static final int CELL_LONGS = 4;

    private static final int KEY = 1;
    private static final int EVENT_AND_PORT = 2;
    private static final int EVENT_SHIFT = 16;

    static {
        try {
            var lookup = MethodHandles.lookup();
            TAIL = lookup.findVarHandle(MacFeed.class, "tail", long.class);
            LOST = lookup.findVarHandle(MacFeed.class, "lost", boolean.class);
            ARMED = lookup.findVarHandle(MacFeed.class, "armed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MacTable table;
    private final Runnable wake;
    private final long[] cells;
    private final int mask;
    /** The position that the next change is written to. */
    @SuppressWarnings("unused") // by TAIL
    private volatile long tail;

    /** Whether changes were lost since the last resync. A new feed starts with a resync. */
    @SuppressWarnings("unused") // by LOST
    private volatile boolean lost = true;

    /** Whether the reader waits to be woken. */
    @SuppressWarnings("unused") // by ARMED
    private volatile boolean armed;

    /** The position that is read next. Reader only. */
    private long head;

    MacFeed(MacTable table, int capacity, Runnable wake) {
        if (capacity < 2 || Integer.bitCount(capacity) != 1)
            throw new IllegalArgumentException("a feed's capacity must be a power of two; " + capacity + " is not");
        this.table = table;
        this.wake = wake;
        this.cells = new long[capacity * CELL_LONGS];
        this.mask = capacity - 1;
        for (int i = 0; i < capacity; i++) cells[i * CELL_LONGS] = i;
    }

    /**
     * The next change, or null if there is none. After {@link MacEvent#RESYNC} the reader must drop what it holds and read the whole table by
     * {@link MacTable#forEach}; changes that were queued before are discarded, because that walk shows them.
     */
    public MacChange poll() {
        if (lost) {
            discard();
            // A writer changes the table, then loads or sets LOST. Either the walk that follows sees its change, or the
            // writer sees LOST cleared and sets it again.
            LOST.setVolatile(this, false);
            VarHandle.fullFence();
            return MacChange.RESYNC;
        }
        if (isEmpty()) return null;
        int cell = cell(head);
        long key = cells[cell + KEY];
        int eventAndPort = (int) cells[cell + EVENT_AND_PORT];
        release();
        long value = table.liveValue(key);
        return new MacChange(
                EVENTS[eventAndPort >>> EVENT_SHIFT],
                MacWords.mac(key),
                MacWords.vlan(key),
                eventAndPort & 0xFFFF,
                value == 0 ? MacTable.MISS : MacWords.port(value),
                MacWords.isStatic(value));
    }

    /** Requests a wake-up: the next change runs {@code wake} once. Returns false, without requesting a wake-up, if a change is queued already. */
    public boolean arm() {
        ARMED.setVolatile(this, true);
        VarHandle.fullFence();
        if (!lost && isEmpty()) return true;
        ARMED.setVolatile(this, false);
        return false;
    }

    /** Unsubscribes the feed from its table: no further changes are queued. Thread-safe. */
    @Override
    public void close() {
        table.unsubscribe(this);
    }

    /** Queues a change, which must have been made in the table before. */
    void publish(MacEvent event, long key, int port) {
        long position = tail;
        while (true) {
            int cell = cell(position);
            long lag = (long) CELL.getAcquire(cells, cell) - position;
            if (lag < 0) {
                if (!lost) LOST.setVolatile(this, true);
                break;
            }
            if (lag == 0 && TAIL.compareAndSet(this, position, position + 1)) {
                cells[cell + KEY] = key;
                cells[cell + EVENT_AND_PORT] = (long) event.ordinal() << EVENT_SHIFT | port;
                CELL.setRelease(cells, cell, position + 1);
                break;
            }
            position = tail;
        }
        // Pairs with the fence in arm(): either the reader sees this change, or this thread sees that the reader waits.
        VarHandle.fullFence();
        if (armed && ARMED.compareAndSet(this, true, false)) wake.run();
    }

    private boolean isEmpty() {
        return (long) CELL.getAcquire(cells, cell(head)) != head + 1;
    }

    /** Discards what is queued. A cell that a writer has claimed but not filled yet is reported later. */
    private void discard() {
        for (int i = 0; i <= mask && !isEmpty(); i++) release();
    }

    /** Frees the first cell for the next round of the ring. */
    private void release() {
        CELL.setRelease(cells, cell(head), head + mask + 1);
        head++;
    }

    private int cell(long position) {
        return ((int) position & mask) * CELL_LONGS;
    }
}
