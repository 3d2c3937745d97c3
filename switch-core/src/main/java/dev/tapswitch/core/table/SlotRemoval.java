package dev.tapswitch.core.table;

/**
 * Removes the entry of a MAC table's slot if its value word is still {@code value}; returns whether this call removed it. The caller must have read
 * the entry's key after that value. Thread-safe.
 */
@FunctionalInterface
interface SlotRemoval {
    /** {@code event}: why, for the readers of the table's feeds. */
    boolean remove(int slot, long value, MacEvent event);
}
