package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.isSameEntry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The slots of a MAC table: an array with two {@linkplain MacWords words} per slot, and the search for a key.
 *
 * <p>The key word goes {@code EMPTY -> CLAIMED -> key -> EMPTY}. The value word holds port, tick, a static bit, a live bit and the slot's version.
 * Each insertion increments the version, so a CAS that was prepared for one entry can't hit its successor. The thread that clears the live bit
 * owns the removal, which keeps the counts exact.
 *
 * <p>A reader loads value, key and value again, in this order, and accepts them if both values are live and have the same version. The key then
 * belongs to that value: an insertion writes CLAIMED, value, key in this order, so a thread that has seen the value can't see an earlier entry's
 * key; and a thread that sees a later entry's key then sees the value dead or with a later version. (A version repeats after 16,384 insertions into
 * one slot. We assume that these can't happen between two adjacent loads.)
 *
 * <p>A key has a home slot and is stored there if it is free; otherwise elsewhere in the home's bucket; otherwise in a second bucket. Most lookups
 * therefore need one comparison, which the processor predicts. Thread-safe and lock-free.
 */
final class MacSlots {
    static final long EMPTY = 0;
    static final long CLAIMED = 1;
    static final int NOT_FOUND = -1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BUCKET_SLOTS = MacHash.BUCKET_SLOTS;
    private static final int MAX_ATTEMPTS = 8;

    private final long[] words;
    private final MacHash hash;

    /** {@code count}: the number of slots, a power of 2, at least two buckets. */
    MacSlots(int count) {
        this.words = new long[count * 2];
        this.hash = new MacHash(count);
    }

    int count() {
        return words.length / 2;
    }

    MacHash hash() {
        return hash;
    }

    long key(int slot) {
        return (long) WORD.getAcquire(words, slot * 2);
    }

    long value(int slot) {
        return (long) WORD.getAcquire(words, slot * 2 + 1);
    }

    boolean compareAndSetKey(int slot, long expected, long key) {
        return WORD.compareAndSet(words, slot * 2, expected, key);
    }

    boolean compareAndSetValue(int slot, long expected, long value) {
        return WORD.compareAndSet(words, slot * 2 + 1, expected, value);
    }

    void setKey(int slot, long key) {
        WORD.setRelease(words, slot * 2, key);
    }

    void setValue(int slot, long value) {
        WORD.setRelease(words, slot * 2 + 1, value);
    }

    /** The value of the key's entry if that is live in the key's home slot; otherwise 0. */
    long liveValueAtHome(long key, long hashed) {
        return liveValueAt(hash.home(hashed), key);
    }

    /** The value of the key's entry if that is live in this slot; otherwise 0. */
    long liveValueAt(int slot, long key) {
        long[] words = this.words;
        int at = slot * 2;
        long value = (long) WORD.getAcquire(words, at + 1);
        if ((long) WORD.getAcquire(words, at) != key || value >= 0) return 0;
        // A value with another port or tick belongs to the same entry.
        return isSameEntry(value, (long) WORD.getOpaque(words, at + 1)) ? value : 0;
    }

    /** The value of the key's entry, or 0 if there is none. */
    long liveValue(long key, long hashed) {
        // An entry that disappears after it was found may have been a duplicate that two workers learned at the same
        // time. The other copy is still there.
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            int slot = find(key, hashed);
            if (slot == NOT_FOUND) return 0;
            long value = liveValueAt(slot, key);
            if (value != 0) return value;
        }
        return 0;
    }

    /** The slot of the key's live entry, or NOT_FOUND. */
    int find(long key, long hashed) {
        int slot = findInBucket(hash.firstBucket(hashed), key);
        return slot != NOT_FOUND ? slot : findInBucket(hash.secondBucket(hashed), key);
    }

    /** A free slot for a key, the home slot if possible, or NOT_FOUND. */
    int freeSlot(long hashed) {
        if (key(hash.home(hashed)) == EMPTY) return hash.home(hashed);
        int slot = freeSlotInBucket(hash.firstBucket(hashed));
        return slot != NOT_FOUND ? slot : freeSlotInBucket(hash.secondBucket(hashed));
    }

    private int freeSlotInBucket(int firstSlot) {
        for (int slot = firstSlot; slot < firstSlot + BUCKET_SLOTS; slot++) {
            if (key(slot) == EMPTY) return slot;
        }
        return NOT_FOUND;
    }

    private int findInBucket(int firstSlot, long key) {
        int slot = firstSlot + place(firstSlot, key);
        if (liveValueAt(slot, key) != 0) return slot;
        if (slot == firstSlot && key(slot) != key) return NOT_FOUND;
        for (slot = firstSlot; slot < firstSlot + BUCKET_SLOTS; slot++) {
            if (liveValueAt(slot, key) != 0) return slot;
        }
        return NOT_FOUND;
    }

    /**
     * The index of the key in its bucket; 0 if it is not there. All slots are compared without a branch, because the processor can't predict which
     * one matches, and a misprediction costs more than the comparisons.
     */
    private int place(int firstSlot, long key) {
        int second = key(firstSlot + 1) == key ? 1 : 0;
        int third = key(firstSlot + 2) == key ? 2 : 0;
        int fourth = key(firstSlot + 3) == key ? 3 : 0;
        return Math.max(second, Math.max(third, fourth));
    }
}
