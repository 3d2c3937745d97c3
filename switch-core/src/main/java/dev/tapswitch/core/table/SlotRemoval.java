package dev.tapswitch.core.table;

/**
 * Removes the entry of a MAC table's slot if its value word is still the one given; whether this call did. The caller must have seen the entry's key
 * after that value. Any thread.
 */
@FunctionalInterface
interface SlotRemoval {
    boolean remove(int slot, long value);
}
