package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.dataplane.IoMode;
import dev.tapswitch.dataplane.WorkerSettings;
import dev.tapswitch.dataplane.Workers;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.TestNetwork;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import io.netty.channel.uring.IoUring;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests properties of the event loops that cannot be observed from outside the process. The loops run between TAPs, in the JVM of the test. */
@Timeout(400)
class LoopIT {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MILLION = 1_000_000;
    private static final int FRAME_LENGTH = 60;
    /** The default of the setting {@code busy-poll}. */
    private static final long BUSY_POLL_NANOS = 50_000;

    private static final int ETHERTYPE = 0x88b5; // IEEE 802: local experimental

    @ParameterizedTest
    @EnumSource(Io.class)
    void forwardingAMillionFramesAllocatesNothing(Io io) throws Exception {
        try (var net = new TestNetwork();
                var forwarding = new Forwarding(net, io, 2, 0)) {
            var frame = frame();
            forwarding.send(frame, 200_000); // warm-up: the JIT compiler compiles the data path
            long before = allocatedByWorker();
            long forwardedBefore = forwarding.forwarded();
            forwarding.send(frame, MILLION);
            long allocated = allocatedByWorker() - before;
            long forwarded = forwarding.forwarded() - forwardedBefore;
            System.out.printf(
                    "measured: %s: %d frames are forwarded, %d bytes are allocated%n", io, forwarded, allocated);
            assertTrue(forwarded > MILLION * 9 / 10, () -> forwarded + " frames were forwarded");
            // An object per frame is at least 16 bytes per frame. Netty's io_uring handler allocates one object per
            // wake-up, and on a busy machine there are more wake-ups per frame.
            assertTrue(
                    allocated < 12 * forwarded, () -> allocated + " bytes were allocated for " + forwarded + " frames");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void noFlowIsReordered(Io io) throws Exception {
        int frames = 200_000;
        try (var net = new TestNetwork();
                var forwarding = new Forwarding(net, io, 2, BUSY_POLL_NANOS)) {
            var received = CompletableFuture.supplyAsync(
                    () -> forwarding.sockets.get(1).receive(LoopIT::isTestFrame, frames, Duration.ofSeconds(20)));
            byte[] bytes = frame();
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            for (int i = 0; i < frames; i++) {
                frame.putInt(14, i);
                forwarding.sockets.get(0).send(bytes);
                // The pauses have different lengths, so that bursts start and end at different frames.
                if (i % 1_009 == 0) Thread.sleep(0, i % 7 * 20_000);
            }
            List<byte[]> all = received.get(60, TimeUnit.SECONDS);
            int last = -1;
            for (byte[] each : all) {
                int number = ByteBuffer.wrap(each).getInt(14);
                int before = last;
                assertTrue(number > before, () -> "frame " + number + " arrived after " + before);
                last = number;
            }
            assertTrue(all.size() > frames / 10, () -> "only " + all.size() + " frames arrived");
        }
    }

    /** There are more ports than a worker polls without readiness notification. When frames stop, the worker sleeps. */
    @ParameterizedTest
    @EnumSource(Io.class)
    void manyPortsCanSendAtOnceAndAnIdleWorkerSleeps(Io io) throws Exception {
        int senders = 6;
        int each = 2_000;
        try (var net = new TestNetwork();
                var forwarding = new Forwarding(net, io, senders + 1, BUSY_POLL_NANOS)) {
            forwarding.sockets.remove(1);
            byte[] frame = frame();
            for (int round = 0; round < each; round++) {
                for (int sender = 0; sender < senders; sender++) {
                    frame[11] = (byte) (16 + sender);
                    forwarding.sockets.get(sender).send(frame);
                }
                if (round % 50 == 0) Thread.sleep(1);
                // A device's queue holds about 500 frames, so the test waits until these are forwarded.
                if (round % 200 == 199) forwarding.await((round + 1L) * senders);
            }
            forwarding.await((long) senders * each);
            long before = THREADS.getThreadCpuTime(workerThreadId());
            Thread.sleep(500);
            long used = THREADS.getThreadCpuTime(workerThreadId()) - before;
            assertTrue(used < 50_000_000, () -> "the idle worker used " + used + " ns of CPU in half a second");
            forwarding.detach(0);
            forwarding.sockets.get(1).send(frame);
            forwarding.await((long) senders * each + 1);
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

    private static boolean isTestFrame(byte[] frame) {
        return frame.length >= 18 && ByteBuffer.wrap(frame).getShort(12) == (short) ETHERTYPE;
    }

    private static long allocatedByWorker() {
        return THREADS.getThreadAllocatedBytes(workerThreadId());
    }

    private static long workerThreadId() {
        List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("worker-"))
                .toList();
        assertEquals(1, workers.size(), "number of worker threads");
        return workers.getFirst().threadId();
    }

    /** A switch with one worker and TAPs, each with a raw socket in its namespace. The static MAC entry sends all frames to the second port. */
    private static final class Forwarding implements AutoCloseable {
        private final Workers workers;
        private final LearningSwitch lan = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);
        private final List<TapDevice> devices = new ArrayList<>();
        final List<RawSocket> sockets = new ArrayList<>();

        Forwarding(TestNetwork net, Io io, int ports, long busyPollNanos) throws Exception {
            assumeTrue(io == Io.EPOLL || IoUring.isAvailable(), "io_uring is not available");
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < ports; i++) nodes.add(net.quietNode("n" + i));
            workers = Workers.start(
                    new WorkerSettings(IoMode.valueOf(io.name()), 1, busyPollNanos), (owner, port, state) -> {});
            for (Node node : nodes) devices.add(attach(node));
            for (Node node : nodes) sockets.add(node.raw());
            // The static entry prevents flooding.
            long now = System.nanoTime() / 1_000_000;
            lan.macTable().addStatic(0x0200_0000_0002L, 0, 1, now);
        }

        private TapDevice attach(Node node) throws Exception {
            var namespace = new Namespace.Named(node.namespace());
            var device = TapDevice.open(TapSpec.builder("eth0", namespace).build());
            workers.attach(lan, lan.addPort(PortSettings.of(node.name(), 1500), true), device);
            return device;
        }

        /** The number of frames that were written to the second port. */
        long forwarded() {
            return lan.count(1, PortCounter.TX_FRAMES);
        }

        /** Sends frames until the switch has forwarded {@code count} of them: frames that a full queue has dropped are sent again. */
        void send(byte[] frame, int count) throws InterruptedException {
            RawSocket socket = sockets.getFirst();
            long goal = forwarded() + count;
            for (int i = 0; i < count; i++) socket.send(frame);
            for (int round = 0; round < 50 && forwarded() < goal; round++) {
                Thread.sleep(20);
                for (long missing = goal - forwarded(); missing > 0; missing--) socket.send(frame);
            }
            Thread.sleep(50);
        }

        void await(long frames) {
            Await.within(
                    Duration.ofSeconds(60),
                    () -> frames + " frames are forwarded, not " + forwarded(),
                    () -> forwarded() == frames);
        }

        void detach(int port) {
            workers.detach(lan, port);
        }

        @Override
        public void close() {
            for (int port = 0; port < devices.size(); port++) detach(port);
            workers.close();
            devices.forEach(TapDevice::close);
        }
    }
}
