package dev.tapswitch.control.switches;

import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.core.table.TableSize;

/** Checks that the tables of a switch fit into the heap, because the daemon ends if it runs out of memory. */
final class TableMemory {
    /** The share of the heap that is not the young generation (config/daemon.jvm: 32 of 128 MB), and thus available for tables. */
    private static final double TABLES_SHARE = 0.75;

    private static final long RESERVE_BYTES = 8 << 20;

    private TableMemory() {}

    /** Throws with advice if the tables do not fit. */
    static void require(String name, SwitchSettings settings) throws RequestException {
        long needed =
                TableSize.macBytes(settings.macCapacity()) + TableSize.neighbourBytes(settings.neighbourCapacity());
        if (needed <= free()) return;
        // Part of the used memory may be garbage.
        System.gc();
        if (needed <= free()) return;
        throw new RequestException(
                Reason.INVALID,
                "switch %s: tables for %d MACs and %d neighbours take %d MB, and the daemon has %d MB left:"
                                .formatted(
                                        name,
                                        settings.macCapacity(),
                                        settings.neighbourCapacity(),
                                        needed >> 20,
                                        Math.max(0, free()) >> 20)
                        + " lower mac-capacity or neighbour-capacity, or give it more memory"
                        + " (TAPSWITCH_JAVA_OPTS=-Xmx1g)");
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return (long) (runtime.maxMemory() * TABLES_SHARE) - used - RESERVE_BYTES;
    }
}
