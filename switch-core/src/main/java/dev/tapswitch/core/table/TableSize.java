package dev.tapswitch.core.table;

/** Computes the number of slots of a table from its capacity, and the memory that the slots take. */
public final class TableSize {
    private TableSize() {}

    /** Memory of a MAC table for {@code capacity} entries, bytes. */
    public static long macBytes(int capacity) {
        return macSlots(capacity) * 2L * Long.BYTES;
    }

    /** Memory of a neighbour table for {@code capacity} entries, bytes. */
    public static long neighbourBytes(int capacity) {
        return (long) neighbourSlots(capacity) * NeighbourTable.SLOT_WORDS * Long.BYTES;
    }

    static int macSlots(int capacity) {
        return Math.max(2 * MacHash.BUCKET_SLOTS, fourfold(capacity));
    }

    static int neighbourSlots(int capacity) {
        return Math.max(2 * NeighbourTable.WINDOW, fourfold(capacity));
    }

    /** A power of 2, two to four times the capacity. */
    private static int fourfold(int capacity) {
        return Integer.highestOneBit(Math.max(1, capacity - 1)) << 2;
    }
}
