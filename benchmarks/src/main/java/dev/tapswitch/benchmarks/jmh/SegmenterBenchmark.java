package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.core.frame.Segmenter;
import dev.tapswitch.core.frame.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** How long does it take to segment a super-frame of 64 KiB into frames of 1,500 bytes, and to complete the checksum of one frame? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class SegmenterBenchmark {
    private static final int HEADERS = 14 + 20 + 20;
    private static final int PAYLOAD = 64_000;
    private static final int MSS = 1_460;
    private static final int TRANSPORT = 34;
    private static final int TCP_CHECKSUM = 16;
    private static final String TCP4 =
            "4500 fa28 0001 4000 40 06 0000 c6120001 c6120002 1389 1451 00000001 00000001 5010 ffff 0000 0000";

    private final Segmenter segmenter = new Segmenter();
    private final MemorySegment superFrame = Arena.ofAuto().allocate(70_000, 64);
    private final MemorySegment frame = Arena.ofAuto().allocate(2_000, 64);
    private final MemorySegment out = Arena.ofAuto().allocate(70_000, 64);

    @Setup
    public void write() {
        String head = "020000000001 020000000002 0800" + TCP4;
        VirtioNetHeader.write(
                superFrame, 0, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_TCPV4, MSS, TRANSPORT, TCP_CHECKSUM);
        FrameBytes.put(superFrame, VirtioNetHeader.LENGTH, head);
        VirtioNetHeader.write(
                frame, 0, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_NONE, 0, TRANSPORT, TCP_CHECKSUM);
        FrameBytes.put(frame, VirtioNetHeader.LENGTH, head);
    }

    /** Segments one super-frame into 44 frames. */
    @Benchmark
    public int superFrame() {
        return segment(superFrame, HEADERS + PAYLOAD);
    }

    @Benchmark
    public int checksum() {
        return segment(frame, HEADERS + MSS);
    }

    private int segment(MemorySegment memory, int length) {
        int frames = segmenter.wrap(memory, 0, length);
        int bytes = 0;
        for (int i = 0; i < frames; i++) bytes += segmenter.next(i, out, 0);
        return bytes;
    }
}
