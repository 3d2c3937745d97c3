package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.tapswitch.core.forward.LearningSwitch;
import dev.tapswitch.core.forward.PortCounter;
import dev.tapswitch.core.forward.PortSettings;
import dev.tapswitch.core.forward.SwitchSettings;
import dev.tapswitch.tap.device.Namespace;
import dev.tapswitch.tap.device.TapDevice;
import dev.tapswitch.tap.device.TapSpec;
import dev.tapswitch.tap.loop.IoMode;
import dev.tapswitch.tap.loop.WorkerSettings;
import dev.tapswitch.tap.loop.Workers;
import io.netty.channel.uring.IoUring;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The event loops in this JVM, between two TAPs: what can't be seen from outside of a process. */
@Timeout(120)
class LoopIT {
    private static final int MILLION = 1_000_000;
    private static final int FRAME_LENGTH = 60;
    private static final int ETHERTYPE = 0x88b5; // IEEE 802: local experimental

    @ParameterizedTest
    @EnumSource(Io.class)
    void aMillionFramesAllocateNothing(Io io) throws Exception {
        try (var net = new Net();
                var forwarding = new Forwarding(net, io)) {
            var frame = frame();
            forwarding.send(frame, 200_000); // warm: what is compiled by now is what runs
            long before = allocatedByWorker();
            long forwardedBefore = forwarding.forwarded();
            forwarding.send(frame, MILLION);
            long allocated = allocatedByWorker() - before;
            long forwarded = forwarding.forwarded() - forwardedBefore;
            System.out.printf("measured: %s: %d frames, %d bytes allocated%n", io, forwarded, allocated);
            assertTrue(forwarded > MILLION * 9 / 10, () -> forwarded + " frames were forwarded");
            // The smallest object has 16 bytes: one a frame would be four times this. Netty's io_uring handler makes
            // one a wake-up.
            assertTrue(
                    allocated < 4 * forwarded, () -> allocated + " bytes were allocated for " + forwarded + " frames");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void noFlowIsReordered(Io io) throws Exception {
        int frames = 200_000;
        try (var net = new Net();
                var forwarding = new Forwarding(net, io)) {
            var received = CompletableFuture.supplyAsync(
                    () -> forwarding.b.receive(LoopIT::isOurs, frames, Duration.ofSeconds(10)));
            byte[] bytes = frame();
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            for (int i = 0; i < frames; i++) {
                frame.putInt(14, i);
                forwarding.a.send(bytes);
                // Pauses of all lengths, so that bursts begin and end everywhere.
                if (i % 1_009 == 0) Thread.sleep(0, i % 7 * 20_000);
            }
            List<byte[]> all = received.get(20, TimeUnit.SECONDS);
            int last = -1;
            for (byte[] each : all) {
                int number = ByteBuffer.wrap(each).getInt(14);
                int before = last;
                assertTrue(number > before, () -> "frame " + number + " came behind " + before);
                last = number;
            }
            assertTrue(all.size() > frames / 10, () -> "only " + all.size() + " frames arrived");
        }
    }

    private static byte[] frame() {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_LENGTH);
        frame.putShort((short) 0x0200)
                .putInt(2)
                .putShort((short) 0x0200)
                .putInt(1)
                .putShort((short) ETHERTYPE);
        return frame.array();
    }

    private static boolean isOurs(byte[] frame) {
        return frame.length >= 18 && ByteBuffer.wrap(frame).getShort(12) == (short) ETHERTYPE;
    }

    private static long allocatedByWorker() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        int workers = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.getName().startsWith("worker-")) continue;
            sum += threads.getThreadAllocatedBytes(thread.threadId());
            workers++;
        }
        assertEquals(1, workers, "one worker's thread");
        return sum;
    }

    /** A switch with one worker and two TAPs, each with a raw socket in its namespace. */
    private static final class Forwarding implements AutoCloseable {
        private final Workers workers;
        private final LearningSwitch lan = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);
        private final TapDevice first;
        private final TapDevice second;
        final RawSocket a;
        final RawSocket b;

        Forwarding(Net net, Io io) throws Exception {
            assumeTrue(io == Io.EPOLL || IoUring.isAvailable(), "no io_uring here");
            Node nodeA = net.quietNode("a");
            Node nodeB = net.quietNode("b");
            workers = Workers.start(new WorkerSettings(IoMode.valueOf(io.name()), 1, 0), (owner, port, state) -> {});
            first = attach(nodeA);
            second = attach(nodeB);
            a = nodeA.raw();
            b = nodeB.raw();
            // Known on both sides, so that nothing is flooded.
            long now = System.nanoTime() / 1_000_000;
            lan.macTable().addStatic(0x0200_0000_0002L, 0, 1, now);
        }

        private TapDevice attach(Node node) throws Exception {
            var namespace = new Namespace.Named(node.namespace());
            var device = TapDevice.open(
                    new TapSpec("eth0", namespace, 1, 1500, -1, true, true, false, List.of(), List.of()));
            workers.attach(lan, lan.addPort(PortSettings.of(node.name(), 1500), true), device);
            return device;
        }

        /** Frames that were written to b. */
        long forwarded() {
            return lan.count(1, PortCounter.TX_FRAMES);
        }

        /** Sends frames and waits until the switch has forwarded what it will; what a full queue lost is sent again. */
        void send(byte[] frame, int count) throws InterruptedException {
            long goal = forwarded() + count;
            for (int i = 0; i < count; i++) a.send(frame);
            for (int round = 0; round < 50 && forwarded() < goal; round++) {
                Thread.sleep(20);
                for (long missing = goal - forwarded(); missing > 0; missing--) a.send(frame);
            }
            Thread.sleep(50);
        }

        @Override
        public void close() {
            workers.detach(lan, 0);
            workers.detach(lan, 1);
            workers.close();
            first.close();
            second.close();
        }
    }
}
