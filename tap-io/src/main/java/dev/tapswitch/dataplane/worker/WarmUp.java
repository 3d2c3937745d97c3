package dev.tapswitch.dataplane.worker;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import io.netty.channel.IoEventLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A worker forwards frames of a switch that nobody has to nowhere, so that its code is loaded when real ones come. Its loop's thread. */
final class WarmUp {
    private static final int FRAMES = 500;
    private static final int FRAME_LENGTH = 60;

    private WarmUp() {}

    static void of(Worker worker, IoEventLoop loop) {
        int nowhere = Libc.open("/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC);
        if (nowhere < 0) return;
        LearningSwitch nobodys = new LearningSwitch("rehearsal", SwitchSettings.DEFAULT, 1);
        WorkerSwitch lane = new WorkerSwitch(nobodys, 0, worker, loop);
        MemorySegment memory = Arena.ofAuto().allocate(Worker.BUFFER_LENGTH, 64);
        for (int i = 0; i < 2; i++) {
            int port = nobodys.addPort(PortSettings.of("port" + i, 1_500), true);
            lane.put(
                    port,
                    worker.bursts() == null
                            ? new EpollPortQueue(nowhere, port, worker, lane, memory, () -> {})
                            : new UringPortQueue(nowhere, port, worker, lane, worker.bursts(), false, () -> {}));
        }
        for (int i = 0; i < FRAMES; i++) {
            // To and fro between two stations, after one frame to all.
            boolean isFirst = i == 0;
            address(memory, Worker.HEADER, isFirst ? 0xff : 2, isFirst ? 0xff : (i + 1) % 2);
            address(memory, Worker.HEADER + 6L, 2, i % 2);
            worker.beginBatch(lane, i % 2);
            worker.forward(memory, 0, Worker.HEADER + FRAME_LENGTH);
        }
        Libc.close(nowhere);
    }

    private static void address(MemorySegment memory, long offset, int first, int last) {
        memory.asSlice(offset, 6).fill((byte) (first == 0xff ? 0xff : 0));
        memory.set(JAVA_BYTE, offset, (byte) first);
        memory.set(JAVA_BYTE, offset + 5, (byte) last);
    }
}
