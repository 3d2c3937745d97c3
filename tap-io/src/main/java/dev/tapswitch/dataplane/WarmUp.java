package dev.tapswitch.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.dataplane.worker.QueueBinding;
import dev.tapswitch.dataplane.worker.Worker;
import dev.tapswitch.dataplane.worker.WorkerSwitch;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import io.netty.channel.IoEventLoop;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/** Forwards frames of a temporary switch to /dev/null, so that the worker's code is loaded before the first real frame. */
final class WarmUp {
    private static final int FRAMES = 500;
    private static final int FRAME_LENGTH = 60;
    private static final long FRAME = FrameBuffer.HEADROOM + FrameBuffer.HEADER;

    private WarmUp() {}

    /** Must be called on the worker thread. {@code newQueue}: creates a queue of the kind that the worker serves. */
    static void run(Worker worker, IoEventLoop loop, Function<QueueBinding, PortQueue> newQueue) {
        int devNull = Libc.open("/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC);
        if (devNull < 0) return;
        LearningSwitch lan = new LearningSwitch("warm-up", SwitchSettings.DEFAULT, 1);
        WorkerSwitch sw = new WorkerSwitch(lan, 0, worker, loop);
        for (int i = 0; i < 2; i++) {
            int port = lan.addPort(PortSettings.of("port" + i, 1_500), true);
            sw.put(port, newQueue.apply(new QueueBinding(devNull, port, worker, sw, () -> {})));
        }
        MemorySegment memory = FrameBuffer.allocate();
        for (int i = 0; i < FRAMES; i++) {
            // One broadcast, then frames back and forth between two stations.
            boolean isFirst = i == 0;
            setAddress(memory, FRAME, isFirst ? 0xff : 2, isFirst ? 0xff : (i + 1) % 2);
            setAddress(memory, FRAME + 6, 2, i % 2);
            worker.beginBatch(sw, i % 2);
            worker.forward(memory, FrameBuffer.HEADROOM, FrameBuffer.HEADER + FRAME_LENGTH);
        }
        Libc.close(devNull);
    }

    private static void setAddress(MemorySegment memory, long offset, int first, int last) {
        memory.asSlice(offset, 6).fill((byte) (first == 0xff ? 0xff : 0));
        memory.set(JAVA_BYTE, offset, (byte) first);
        memory.set(JAVA_BYTE, offset + 5, (byte) last);
    }
}
