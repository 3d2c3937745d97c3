package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.ageMs;
import static dev.tapswitch.core.table.MacWords.isExpired;
import static dev.tapswitch.core.table.MacWords.isStatic;
import static dev.tapswitch.core.table.MacWords.port;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chooses the entry to evict from a full MAC table. It examines a bounded sample: the two buckets of the new entry, and a window that moves through
 * the table. An expired entry is evicted first. Otherwise an entry may be evicted only if its port exceeds its share by more than the new entry's
 * port does, or is that port: a port within its share loses nothing to others. Of the port that exceeds its share most, the oldest entry of the
 * sample is evicted. Static entries are never evicted.
 *
 * <p>A sample is enough, because a port that exceeds its share by much has entries everywhere in the table. Example: in a full table half of the
 * slots are used; if one port has half of the entries, it has a quarter of the slots, and the probability that a window of 32 slots contains none of
 * them is 0.75 to the power of 32, about 1 in 10,000. Then another window is tried.
 *
 * <p>The value is read before the key, so the key belongs to the insertion of this value or to a later one. The removal compares the value word,
 * which contains the slot's version, so that only the chosen entry can be removed. Thread-safe.
 */
final class MacEviction {
    /** Slots per window: half a kilobyte, eight consecutive cache lines. */
    private static final int WINDOW = 32;
    /** Maximum number of windows that are searched for one new entry; the second is rarely needed. */
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
        // No other port can exceed its share more, so no window is searched. A MAC flood therefore costs little: the
        // two buckets are in the cache already.
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
     * Whether the insertion that wrote the value just read is complete. An insertion writes CLAIMED, value and key in this order. Between the last
     * two writes the inserting thread owns the slot, and no other thread may empty it.
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
