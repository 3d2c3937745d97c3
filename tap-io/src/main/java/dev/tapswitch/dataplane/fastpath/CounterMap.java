package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.bpf.BpfException;
import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.MapSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The BPF map of counters: per port number, one set of counters for each CPU. A CPU increments its set without atomic operations; a reader sums the sets. */
final class CounterMap {
    static final Field RX_FRAMES = Field.u64("rx frames", 0);
    static final Field RX_BYTES = Field.u64("rx bytes", 8);
    static final Field TX_FRAMES = Field.u64("tx frames", 16);
    static final Field TX_BYTES = Field.u64("tx bytes", 24);
    static final Field SLOW_FRAMES = Field.u64("slow frames", 32);
    static final int VALUE_SIZE = 40;

    private final BpfMap map;

    CounterMap(BpfMap map) {
        this.map = map;
    }

    static MapSpec spec(int maxPorts) {
        return MapSpec.perCpuArray("counters", VALUE_SIZE, maxPorts);
    }

    FastPathCounters read(int number) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            map.lookup(arena.allocateFrom(JAVA_INT, number), value);
            return new FastPathCounters(
                    sum(value, RX_FRAMES),
                    sum(value, RX_BYTES),
                    sum(value, TX_FRAMES),
                    sum(value, TX_BYTES),
                    sum(value, SLOW_FRAMES));
        }
    }

    private long sum(MemorySegment value, Field field) {
        long sum = 0;
        for (int cpu = 0; cpu < BpfMap.possibleCpus(); cpu++) {
            sum += map.valueOfCpu(value, cpu).get(JAVA_LONG, field.offset());
        }
        return sum;
    }

    void clear(int number) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            map.update(arena.allocateFrom(JAVA_INT, number), map.allocateValue(arena));
        }
    }
}
