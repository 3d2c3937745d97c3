package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.table.MacTable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2LongHashMap;
import org.jctools.maps.NonBlockingHashMapLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does it take to find a destination's port? In random order over all entries, so that a large table shows its cache misses. The references
 * hold the same keys; Agrona's is for one thread only, and is what a table without concurrency could do.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MacTableLookupBenchmark {
    private static final long NOW_MS = 1_000_000;
    private static final long AGEING_MS = 300_000;

    /** The tables, shared by all threads. */
    @State(Scope.Benchmark)
    public static class Tables {
        @Param({"1024", "65536", "1048576"})
        int entries;

        MacTable ours;
        ConcurrentHashMap<Long, Integer> concurrentHashMap;
        NonBlockingHashMapLong<Integer> jctools;
        Long2LongHashMap agrona;
        long[] there;
        long[] absent;

        @Setup
        public void fill() {
            ours = new MacTable(entries);
            concurrentHashMap = new ConcurrentHashMap<>(entries * 2);
            jctools = new NonBlockingHashMapLong<>(entries * 2, false);
            agrona = new Long2LongHashMap(entries * 2, 0.5f, MacTable.MISS);
            long[] macs = Stations.macs(entries, 1);
            for (int i = 0; i < entries; i++) {
                int port = i & 0xFF;
                ours.learn(macs[i], 0, port, 0, NOW_MS, AGEING_MS);
                concurrentHashMap.put(macs[i], port);
                jctools.put(macs[i], Integer.valueOf(port));
                agrona.put(macs[i], port);
            }
            there = Stations.shuffled(macs);
            absent = Stations.shuffled(Stations.macs(entries, 2));
        }
    }

    /** MACs without any order, as phones choose theirs: more of them meet in a table than of those that a host counts up. */
    @State(Scope.Benchmark)
    public static class RandomMacs {
        @Param({"1024", "65536", "1048576"})
        int entries;

        MacTable ours;
        Long2LongHashMap agrona;
        long[] there;

        @Setup
        public void fill() {
            ours = new MacTable(entries);
            agrona = new Long2LongHashMap(entries * 2, 0.5f, MacTable.MISS);
            long[] macs = Stations.randomMacs(entries);
            for (int i = 0; i < entries; i++) {
                int port = i & 0xFF;
                ours.learn(macs[i], 0, port, 0, NOW_MS, AGEING_MS);
                agrona.put(macs[i], port);
            }
            there = Stations.shuffled(macs);
        }
    }

    /** Where a thread is in the order. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at;

        long next(long[] order) {
            return order[at++ & order.length - 1];
        }
    }

    @Benchmark
    public int hit(Tables tables, Cursor cursor) {
        return tables.ours.lookup(cursor.next(tables.there), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public int hitRandomMacs(RandomMacs tables, Cursor cursor) {
        return tables.ours.lookup(cursor.next(tables.there), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public long hitRandomMacsAgrona(RandomMacs tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.there));
    }

    @Benchmark
    public int miss(Tables tables, Cursor cursor) {
        return tables.ours.lookup(cursor.next(tables.absent), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public Integer hitConcurrentHashMap(Tables tables, Cursor cursor) {
        return tables.concurrentHashMap.get(cursor.next(tables.there));
    }

    @Benchmark
    public Integer missConcurrentHashMap(Tables tables, Cursor cursor) {
        return tables.concurrentHashMap.get(cursor.next(tables.absent));
    }

    @Benchmark
    public Integer hitJctools(Tables tables, Cursor cursor) {
        return tables.jctools.get(cursor.next(tables.there));
    }

    @Benchmark
    public Integer missJctools(Tables tables, Cursor cursor) {
        return tables.jctools.get(cursor.next(tables.absent));
    }

    @Benchmark
    public long hitAgrona(Tables tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.there));
    }

    @Benchmark
    public long missAgrona(Tables tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.absent));
    }
}
