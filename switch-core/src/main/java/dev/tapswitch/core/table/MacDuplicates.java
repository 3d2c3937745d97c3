package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.isStatic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Two workers may insert one new key into two slots of a MAC table at once. Each publishes its entry, then looks for another: with the full fence
 * between, at least one of them sees both (Dekker), and both choose the same one to go. Any thread.
 */
final class MacDuplicates {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;
    private final MacHash places;
    private final SlotRemoval removal;

    MacDuplicates(long[] words, MacHash places, SlotRemoval removal) {
        this.words = words;
        this.places = places;
        this.removal = removal;
    }

    /** To be called after the key was published in slot {@code mine}. */
    void remove(int mine, long key, long hash) {
        VarHandle.fullFence();
        removeIn(places.firstBucket(hash), mine, key);
        removeIn(places.secondBucket(hash), mine, key);
    }

    private void removeIn(int firstSlot, int mine, long key) {
        for (int slot = firstSlot; slot < firstSlot + MacHash.BUCKET_SLOTS; slot++) {
            if (slot == mine || word(slot * 2) != key) continue;
            long other = word(slot * 2 + 1);
            long own = word(mine * 2 + 1);
            if (other >= 0 || own >= 0 || word(slot * 2) != key || word(mine * 2) != key) continue;
            boolean otherGoes = isStatic(own) == isStatic(other) ? mine < slot : isStatic(own);
            if (otherGoes) removal.remove(slot, other);
            else removal.remove(mine, own);
        }
    }

    private long word(int at) {
        return (long) WORD.getAcquire(words, at);
    }
}
