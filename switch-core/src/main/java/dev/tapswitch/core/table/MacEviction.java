package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.ageMs;
import static dev.tapswitch.core.table.MacWords.isExpired;
import static dev.tapswitch.core.table.MacWords.isStatic;
import static dev.tapswitch.core.table.MacWords.port;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chooses the entry to evict from a full MAC table. It examines a bounded sample: the two buckets of the new entry, and a window that moves
 * through the table. An expired entry is evicted first. Otherwise an entry may be evicted only if its port exceeds its share by more than the new entry's
 * port does, or is that port: a port within its share loses nothing to others. Of the port that exceeds its share most, the oldest entry of the
 * sample is evicted. Static entries are never evicted.
 *
 * <p>The sample finds a greedy port because a greedy port fills the table. Half of the slots are used in a full table; a window misses all
 * entries of a port that holds half of them once in 10,000 times. Then another window is tried.
 *
 * <p>The value is read before the key. A key that is read after it belongs to the value's insertion or to a later one; and the removal
 * compares the value word, which includes the slot's version: the entry that is removed is the one that was chosen. Thread-safe.
 */
final class MacEviction {
    /** In slots: half a kilobyte, eight consecutive cache lines. */
    private static final int WINDOW = 32;
    /** Windows for one new entry; the second is rarely needed. */
    private static final int MAX_WINDOWS = 4;

    private static final int BUCKET_SLOTS = MacHash.BUCKET_SLOTS;
    private static final int NO_PORT = -1;

    private final MacSlots slots;
    private final MacCounts counts;
    private final SlotRemoval removal;
    private final AtomicInteger cursor = new AtomicInteger();

    MacEviction(MacSlots slots, MacCounts counts, SlotRemoval removal) {
        this.slots = slots;
        this.counts = counts;
        this.removal = removal;
    }

    /**
     * Evicts an entry for a new dynamic entry of {@code port}; false if no entry may be evicted. Returns true also if another thread changed the chosen
     * entry first: the caller tries again.
     *
     * @param anywhere whether an entry of any bucket may be evicted, because the new entry's buckets have a free slot
     */
    boolean evict(int first, int second, boolean anywhere, int port, long nowMs, long ageingMs) {
        int fairShare = counts.fairShare(port);
        // No port can exceed its share more, so a search is unnecessary: a MAC flood costs little, as its buckets are
        // in the cache already.
        if (counts.hasMost(port, fairShare)
                && evictFrom(first, second, 0, port, fairShare, Integer.MAX_VALUE, nowMs, ageingMs)) return true;
        int minExcess = Math.max(0, counts.excess(port, fairShare));
        if (!anywhere) return evictFrom(first, second, 0, port, fairShare, minExcess, nowMs, ageingMs);
        for (int attempt = 0; attempt < MAX_WINDOWS; attempt++) {
            if (evictFrom(first, second, WINDOW, port, fairShare, minExcess, nowMs, ageingMs)) return true;
        }
        return false;
    }

    /** Evicts an entry from the two buckets of a new static entry; false if they hold static entries only. */
    boolean evictForStatic(int first, int second, int port, long nowMs) {
        int fairShare = counts.fairShare(port);
        return evictFrom(first, second, 0, port, fairShare, Integer.MIN_VALUE, nowMs, Long.MAX_VALUE);
    }

    private boolean evictFrom(
            int first, int second, int window, int port, int fairShare, int minExcess, long nowMs, long ageingMs) {
        int windowStart = window == 0 ? 0 : cursor.getAndAdd(window);
        int chosen = -1;
        long chosenValue = 0;
        int maxExcess = Integer.MIN_VALUE;
        int holder = NO_PORT;
        int excess = 0;
        for (int i = 0; i < 2 * BUCKET_SLOTS + window; i++) {
            int slot = slot(i, first, second, windowStart);
            long value = slots.value(slot);
            if (value >= 0 || isStatic(value) || !isPublished(slot)) continue;
            if (isExpired(value, nowMs, ageingMs)) {
                removal.remove(slot, value, MacEvent.AGED);
                return true;
            }
            if (port(value) != holder) {
                holder = port(value);
                excess = counts.excess(holder, fairShare);
            }
            if (holder != port && excess <= minExcess || excess < maxExcess) continue;
            if (excess == maxExcess && ageMs(value, nowMs) <= ageMs(chosenValue, nowMs)) continue;
            chosen = slot;
            chosenValue = value;
            maxExcess = excess;
        }
        if (chosen < 0) return false;
        if (removal.remove(chosen, chosenValue, MacEvent.EVICTED)) counts.evicted(port(chosenValue));
        return true;
    }

    /**
     * Whether the insertion is complete whose value was just read. An insertion writes CLAIMED, value, key: between the last two, the inserting thread owns
     * the slot, and nobody else may empty it.
     */
    private boolean isPublished(int slot) {
        return slots.key(slot) < 0;
    }

    /** The {@code i}th slot of the sample. */
    private int slot(int i, int first, int second, int windowStart) {
        if (i < BUCKET_SLOTS) return first + i;
        if (i < 2 * BUCKET_SLOTS) return second + i - BUCKET_SLOTS;
        return windowStart + i & slots.count() - 1;
    }
}
