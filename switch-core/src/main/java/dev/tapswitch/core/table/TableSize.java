package dev.tapswitch.core.table;

/** How many slots the tables have for their capacity, and what these take of the heap. */
public final class TableSize {
    private TableSize() {}

    /** What a MAC table for {@code capacity} entries takes, in bytes. */
    public static long macBytes(int capacity) {
        return macSlots(capacity) * 2L * Long.BYTES;
    }

    /** What a neighbour table for {@code capacity} entries takes, in bytes. */
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
