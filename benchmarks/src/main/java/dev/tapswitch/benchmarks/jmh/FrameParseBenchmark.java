package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.frame.EthernetFrame;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How long does it take to parse the fields that a switch reads: both addresses, the VLAN tag, the EtherType? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class FrameParseBenchmark {
    private final MemorySegment untagged = FrameBytes.frame(0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L, 0x0800, 60, "");
    private final MemorySegment tagged =
            FrameBytes.frame(0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L, 0x8100, 64, "0064 0800");
    private final EthernetFrame frame = new EthernetFrame();

    @Benchmark
    public long untagged() {
        return fields(untagged);
    }

    @Benchmark
    public long tagged() {
        return fields(tagged);
    }

    private long fields(MemorySegment memory) {
        frame.wrap(memory, 0, (int) memory.byteSize());
        if (frame.isTruncated()) return 0;
        return frame.destination() ^ frame.source() ^ frame.vlan() ^ frame.etherType();
    }
}
