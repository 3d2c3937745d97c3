package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.table.MacTable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2LongHashMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does it take to fill and flush a table, to search a full table for expired entries, and to flush one port? The times are for the
 * whole table: divide them by the number of entries.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class MacTableTurnoverBenchmark {
    private static final long NOW_MS = 1_000_000;
    private static final long AGEING_MS = 300_000;
    private static final int PORTS = 256;

    @Param({"1024", "65536", "1048576"})
    private int entries;

    private long[] macs;
    private MacTable turnover;
    private MacTable full;
    private ConcurrentHashMap<Long, Integer> concurrentHashMap;
    private Long2LongHashMap agrona;

    @Setup
    public void fill() {
        macs = Stations.shuffled(Stations.macs(entries, 1));
        turnover = new MacTable(entries);
        full = new MacTable(entries);
        concurrentHashMap = new ConcurrentHashMap<>(entries * 2);
        agrona = new Long2LongHashMap(entries * 2, 0.5f, MacTable.MISS);
        for (int i = 0; i < entries; i++) full.learn(macs[i], 0, i % PORTS, 0, NOW_MS, AGEING_MS);
    }

    @Benchmark
    public int learnAllAndFlush() {
        for (int i = 0; i < macs.length; i++) turnover.learn(macs[i], 0, i % PORTS, 0, NOW_MS, AGEING_MS);
        return turnover.flushDynamic();
    }

    @Benchmark
    public int learnAllAndFlushConcurrentHashMap() {
        for (int i = 0; i < macs.length; i++) concurrentHashMap.put(macs[i], i % PORTS);
        int size = concurrentHashMap.size();
        concurrentHashMap.clear();
        return size;
    }

    @Benchmark
    public int learnAllAndFlushAgrona() {
        for (int i = 0; i < macs.length; i++) agrona.put(macs[i], i % PORTS);
        int size = agrona.size();
        agrona.clear();
        return size;
    }

    /** Ageing, which runs every second, when no entry has expired. */
    @Benchmark
    public int age() {
        return full.age(NOW_MS + 1_000, AGEING_MS);
    }

    @Benchmark
    public int flushAPortAndLearnItAgain() {
        int flushed = full.flushPort(7, false);
        for (int i = 7; i < macs.length; i += PORTS) full.learn(macs[i], 0, 7, 0, NOW_MS, AGEING_MS);
        return flushed;
    }
}
