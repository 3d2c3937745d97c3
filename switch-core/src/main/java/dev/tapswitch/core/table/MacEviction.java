package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.ageMs;
import static dev.tapswitch.core.table.MacWords.isExpired;
import static dev.tapswitch.core.table.MacWords.isStatic;
import static dev.tapswitch.core.table.MacWords.port;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chooses the entry that makes room in a full MAC table. It looks at a bounded sample: the newcomer's two buckets, and a window that moves
 * through the table. An expired entry goes first. Otherwise the entry's port must have more entries above its share than the newcomer's port
 * has, or be that port: so a port within its share loses nothing to others. Of the port that is most above its share, the sample's oldest
 * entry goes. Static entries never go.
 *
 * <p>The sample finds a greedy port because a greedy port fills the table. Half of the slots are used in a full table; a window misses all
 * entries of a port that holds half of them once in 10,000 times. Then another window is tried.
 *
 * <p>Any thread. The value is read before the key. A key that is read after it belongs to the value's insertion or to a later one; and the removal
 * compares the value word, which has the slot's version: the entry that goes is the one that was judged.
 */
final class MacEviction {
    /** Slots: half a kilobyte, eight cache lines in a row. */
    private static final int WINDOW = 32;
    /** Most windows for one newcomer; the second is needed seldom. */
    private static final int WINDOWS = 4;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BUCKET_SLOTS = MacHash.BUCKET_SLOTS;
    private static final int NO_PORT = -1;

    private final long[] words;
    private final MacCounts counts;
    private final SlotRemoval removal;
    private final AtomicInteger cursor = new AtomicInteger();

    MacEviction(long[] words, MacCounts counts, SlotRemoval removal) {
        this.words = words;
        this.counts = counts;
        this.removal = removal;
    }

    /**
     * Makes room for a dynamic entry of {@code port}; false when no entry may go. True also when another thread changed the chosen entry first:
     * the caller tries again.
     *
     * @param anywhere whether an entry of any bucket will do, because the newcomer's own have a free slot
     */
    boolean makeRoom(int first, int second, boolean anywhere, int port, long nowMs, long ageingMs) {
        int fairShare = counts.fairShare(port);
        // No port can be greedier, so there is nothing to search for: a flood costs little, as its buckets are in the
        // cache already.
        if (counts.hasMost(port, fairShare)
                && evict(first, second, 0, port, fairShare, Integer.MAX_VALUE, nowMs, ageingMs)) return true;
        int least = Math.max(0, counts.excess(port, fairShare));
        if (!anywhere) return evict(first, second, 0, port, fairShare, least, nowMs, ageingMs);
        for (int attempt = 0; attempt < WINDOWS; attempt++) {
            if (evict(first, second, WINDOW, port, fairShare, least, nowMs, ageingMs)) return true;
        }
        return false;
    }

    /** Makes room for a static entry in its two buckets; false when they hold static entries only. */
    boolean makeRoomForStatic(int first, int second, int port, long nowMs) {
        int fairShare = counts.fairShare(port);
        return evict(first, second, 0, port, fairShare, Integer.MIN_VALUE, nowMs, Long.MAX_VALUE);
    }

    private boolean evict(
            int first, int second, int window, int port, int fairShare, int least, long nowMs, long ageingMs) {
        int windowStart = window == 0 ? 0 : cursor.getAndAdd(window);
        int chosen = -1;
        long chosenValue = 0;
        int most = Integer.MIN_VALUE;
        int holder = NO_PORT;
        int excess = 0;
        for (int i = 0; i < 2 * BUCKET_SLOTS + window; i++) {
            int slot = slot(i, first, second, windowStart);
            long value = (long) WORD.getAcquire(words, slot * 2 + 1);
            if (value >= 0 || isStatic(value) || !isPublished(slot)) continue;
            if (isExpired(value, nowMs, ageingMs)) {
                removal.remove(slot, value);
                return true;
            }
            if (port(value) != holder) {
                holder = port(value);
                excess = counts.excess(holder, fairShare);
            }
            if (holder != port && excess <= least || excess < most) continue;
            if (excess == most && ageMs(value, nowMs) <= ageMs(chosenValue, nowMs)) continue;
            chosen = slot;
            chosenValue = value;
            most = excess;
        }
        if (chosen < 0) return false;
        if (removal.remove(chosen, chosenValue)) counts.evicted(port(chosenValue));
        return true;
    }

    /**
     * Whether the insertion is complete whose value was just read. An insertion writes CLAIMED, value, key: between the last two, the slot is the
     * inserting thread's, and nobody else may empty it.
     */
    private boolean isPublished(int slot) {
        return (long) WORD.getAcquire(words, slot * 2) < 0;
    }

    /** The {@code i}th slot of the sample. */
    private int slot(int i, int first, int second, int windowStart) {
        if (i < BUCKET_SLOTS) return first + i;
        if (i < 2 * BUCKET_SLOTS) return second + i - BUCKET_SLOTS;
        return windowStart + i & words.length / 2 - 1;
    }
}
