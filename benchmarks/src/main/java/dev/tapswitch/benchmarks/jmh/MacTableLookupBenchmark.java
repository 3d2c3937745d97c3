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
 * How long does it take to look up the port of a destination? Lookups are in random order over all entries, so that a large table shows its
 * cache misses. The other maps hold the same keys. Agrona's map is not thread-safe; it shows what a table without concurrency could
 * achieve.
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

        MacTable macTable;
        ConcurrentHashMap<Long, Integer> concurrentHashMap;
        NonBlockingHashMapLong<Integer> jctools;
        Long2LongHashMap agrona;
        long[] present;
        long[] absent;

        @Setup
        public void fill() {
            macTable = new MacTable(entries);
            concurrentHashMap = new ConcurrentHashMap<>(entries * 2);
            jctools = new NonBlockingHashMapLong<>(entries * 2, false);
            agrona = new Long2LongHashMap(entries * 2, 0.5f, MacTable.MISS);
            long[] macs = Stations.macs(entries, 1);
            for (int i = 0; i < entries; i++) {
                int port = i & 0xFF;
                macTable.learn(macs[i], 0, port, 0, NOW_MS, AGEING_MS);
                concurrentHashMap.put(macs[i], port);
                jctools.put(macs[i], Integer.valueOf(port));
                agrona.put(macs[i], port);
            }
            present = Stations.shuffled(macs);
            absent = Stations.shuffled(Stations.macs(entries, 2));
        }
    }

    /** Random MACs, as phones use them. They collide in a table more often than the consecutive MACs that a host assigns. */
    @State(Scope.Benchmark)
    public static class RandomMacs {
        @Param({"1024", "65536", "1048576"})
        int entries;

        MacTable macTable;
        Long2LongHashMap agrona;
        long[] present;

        @Setup
        public void fill() {
            macTable = new MacTable(entries);
            agrona = new Long2LongHashMap(entries * 2, 0.5f, MacTable.MISS);
            long[] macs = Stations.randomMacs(entries);
            for (int i = 0; i < entries; i++) {
                int port = i & 0xFF;
                macTable.learn(macs[i], 0, port, 0, NOW_MS, AGEING_MS);
                agrona.put(macs[i], port);
            }
            present = Stations.shuffled(macs);
        }
    }

    /** The position of a thread in the order of lookups. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at;

        long next(long[] order) {
            return order[at++ & order.length - 1];
        }
    }

    @Benchmark
    public int hit(Tables tables, Cursor cursor) {
        return tables.macTable.lookup(cursor.next(tables.present), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public int hitRandomMacs(RandomMacs tables, Cursor cursor) {
        return tables.macTable.lookup(cursor.next(tables.present), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public long hitRandomMacsAgrona(RandomMacs tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.present));
    }

    @Benchmark
    public int miss(Tables tables, Cursor cursor) {
        return tables.macTable.lookup(cursor.next(tables.absent), 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public Integer hitConcurrentHashMap(Tables tables, Cursor cursor) {
        return tables.concurrentHashMap.get(cursor.next(tables.present));
    }

    @Benchmark
    public Integer missConcurrentHashMap(Tables tables, Cursor cursor) {
        return tables.concurrentHashMap.get(cursor.next(tables.absent));
    }

    @Benchmark
    public Integer hitJctools(Tables tables, Cursor cursor) {
        return tables.jctools.get(cursor.next(tables.present));
    }

    @Benchmark
    public Integer missJctools(Tables tables, Cursor cursor) {
        return tables.jctools.get(cursor.next(tables.absent));
    }

    @Benchmark
    public long hitAgrona(Tables tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.present));
    }

    @Benchmark
    public long missAgrona(Tables tables, Cursor cursor) {
        return tables.agrona.get(cursor.next(tables.absent));
    }
}
