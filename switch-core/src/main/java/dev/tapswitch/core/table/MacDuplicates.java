package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.isStatic;

import java.lang.invoke.VarHandle;

/**
 * Removes duplicates: two workers may insert the same new key into two slots of a MAC table at the same time. Each publishes its entry, then searches
 * for another one. The full fence between the two steps ensures that at least one of the workers sees both entries (Dekker), and both choose the
 * same one to remove. Thread-safe.
 */
final class MacDuplicates {
    private final MacSlots slots;
    private final SlotRemoval removal;

    MacDuplicates(MacSlots slots, SlotRemoval removal) {
        this.slots = slots;
        this.removal = removal;
    }

    /** Must be called after the key was published in slot {@code mine}. */
    void remove(int mine, long key, long hashed) {
        VarHandle.fullFence();
        removeIn(slots.hash().firstBucket(hashed), mine, key);
        removeIn(slots.hash().secondBucket(hashed), mine, key);
    }

    private void removeIn(int firstSlot, int mine, long key) {
        for (int slot = firstSlot; slot < firstSlot + MacHash.BUCKET_SLOTS; slot++) {
            if (slot == mine || slots.key(slot) != key) continue;
            long other = slots.value(slot);
            long own = slots.value(mine);
            if (other >= 0 || own >= 0 || slots.key(slot) != key || slots.key(mine) != key) continue;
            boolean otherGoes = isStatic(own) == isStatic(other) ? mine < slot : isStatic(own);
            if (otherGoes) removal.remove(slot, other, MacEvent.REMOVED);
            else removal.remove(mine, own, MacEvent.REMOVED);
        }
    }
}
