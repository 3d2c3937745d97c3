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

/** How long does it take to learn a source that is known: that it is still there, or that it has moved? Every frame does the first. */
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

        MacTable ours;
        ConcurrentHashMap<Long, Integer> concurrentHashMap;
        long[] there;

        @Setup
        public void fill() {
            ours = new MacTable(entries);
            concurrentHashMap = new ConcurrentHashMap<>(entries * 2);
            long[] macs = Stations.macs(entries, 1);
            for (long mac : macs) {
                ours.learn(mac, 0, 1, 0, NOW_MS, AGEING_MS);
                concurrentHashMap.put(mac, 1);
            }
            there = Stations.shuffled(macs);
        }
    }

    /** Where a thread is in the order, and which time round. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at;

        long next(long[] order) {
            return order[at++ & order.length - 1];
        }

        /** Another port, and another tick, each time round. */
        int round(long[] order) {
            return at / order.length;
        }
    }

    /** The entry says so already: nothing is written. What most frames do. */
    @Benchmark
    public int refresh(Tables tables, Cursor cursor) {
        return tables.ours.learn(cursor.next(tables.there), 0, 1, 0, NOW_MS, AGEING_MS);
    }

    /** The entry's time is an older one: it is written, as once in 128 ms. */
    @Benchmark
    public int refreshAfterATick(Tables tables, Cursor cursor) {
        long nowMs = NOW_MS + 128L * cursor.round(tables.there);
        return tables.ours.learn(cursor.next(tables.there), 0, 1, 0, nowMs, Long.MAX_VALUE);
    }

    @Benchmark
    public int move(Tables tables, Cursor cursor) {
        int port = cursor.round(tables.there) & 1;
        return tables.ours.learn(cursor.next(tables.there), 0, port, 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public Integer moveConcurrentHashMap(Tables tables, Cursor cursor) {
        Integer port = cursor.round(tables.there) & 1;
        return tables.concurrentHashMap.put(cursor.next(tables.there), port);
    }
}
