package dev.tapswitch.core.bridge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One worker's counters of one port. Only that worker writes. Any thread may read, and sees a recent value.
 *
 * <p>Padded to whole cache lines, so that two workers never write the same line.
 */
public final class Counters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 8;
    private static final int DROPS = PADDING + PortCounter.values().length;

    private final long[] cells = new long[DROPS + DropReason.values().length + PADDING];

    public void add(PortCounter counter, long amount) {
        bump(PADDING + counter.ordinal(), amount);
    }

    public void drop(DropReason reason) {
        bump(DROPS + reason.ordinal(), 1);
    }

    public long get(PortCounter counter) {
        return (long) CELL.getOpaque(cells, PADDING + counter.ordinal());
    }

    public long get(DropReason reason) {
        return (long) CELL.getOpaque(cells, DROPS + reason.ordinal());
    }

    private void bump(int cell, long amount) {
        // A plain load is enough, because no other thread writes. The opaque store ensures that readers see no torn
        // value and see each value eventually.
        CELL.setOpaque(cells, cell, cells[cell] + amount);
    }
}
