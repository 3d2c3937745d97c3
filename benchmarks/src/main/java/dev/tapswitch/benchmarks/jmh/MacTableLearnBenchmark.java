package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.table.MacTable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** How long does it take to learn a source MAC that is in the table already, on the same port or on another one? Every frame does the former. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MacTableLearnBenchmark {
    private static final long NOW_MS = 1_000_000;
    private static final long AGEING_MS = 300_000;

    /** The tables, shared by all threads. */
    @State(Scope.Benchmark)
    public static class Tables {
        @Param({"1024", "65536", "1048576"})
        int entries;

        MacTable macTable;
        ConcurrentHashMap<Long, Integer> concurrentHashMap;
        long[] present;

        @Setup
        public void fill() {
            macTable = new MacTable(entries);
            concurrentHashMap = new ConcurrentHashMap<>(entries * 2);
            long[] macs = Stations.macs(entries, 1);
            for (long mac : macs) {
                macTable.learn(mac, 0, 1, 0, NOW_MS, AGEING_MS);
                concurrentHashMap.put(mac, 1);
            }
            present = Stations.shuffled(macs);
        }
    }

    /** The position of a thread in the order of MACs, and how often it has passed all of them. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at;

        long next(long[] order) {
            return order[at++ & order.length - 1];
        }

        /** How often the thread has passed all MACs; selects the port or the time. */
        int round(long[] order) {
            return at / order.length;
        }
    }

    /** The entry is up to date and nothing is written, as with most frames. */
    @Benchmark
    public int refresh(Tables tables, Cursor cursor) {
        return tables.macTable.learn(cursor.next(tables.present), 0, 1, 0, NOW_MS, AGEING_MS);
    }

    /** The entry's timestamp is older than the current tick and is written, as happens every 128 ms. */
    @Benchmark
    public int refreshAfterATick(Tables tables, Cursor cursor) {
        long nowMs = NOW_MS + 128L * cursor.round(tables.present);
        return tables.macTable.learn(cursor.next(tables.present), 0, 1, 0, nowMs, Long.MAX_VALUE);
    }

    @Benchmark
    public int move(Tables tables, Cursor cursor) {
        int port = cursor.round(tables.present) & 1;
        return tables.macTable.learn(cursor.next(tables.present), 0, port, 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public Integer moveConcurrentHashMap(Tables tables, Cursor cursor) {
        Integer port = cursor.round(tables.present) & 1;
        return tables.concurrentHashMap.put(cursor.next(tables.present), port);
    }
}
