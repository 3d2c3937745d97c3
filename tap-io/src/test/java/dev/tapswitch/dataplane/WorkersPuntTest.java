package dev.tapswitch.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.PuntRule;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.dataplane.punt.PuntReceiver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames that a worker reads from a port reach the receiver that registered for them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkersPuntTest {
    private static final int LLDP = 0x88CC;
    private static final long LLDP_ADDRESS = 0x0180_C200_000EL;
    private static final PuntRule RULE = new PuntRule(LLDP_ADDRESS, LLDP);

    private record Received(int port, List<Byte> frame) {}

    private final LearningSwitch lan = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final PuntReceiver receiver =
            (port, frame) -> received.add(new Received(port, list(frame.toArray(JAVA_BYTE))));
    private final PipeDevice device = new PipeDevice();
    private Workers workers;
    private int port;

    @BeforeEach
    void start() {
        workers = Workers.start(new WorkerSettings(IoMode.AUTO, 1, 0), (owner, index, state) -> {});
        lan.addPort(PortSettings.of("other", 1_500), true);
        port = lan.addPort(PortSettings.of("port", 1_500), true);
        workers.attach(lan, port, device);
    }

    @AfterEach
    void stop() {
        workers.close();
        device.close();
    }

    @Test
    void aFrameReachesTheReceiverOfItsRuleWithThePortItArrivedOn() throws InterruptedException {
        workers.punt(lan, RULE, receiver);
        byte[] frame = lldp(7);
        device.receive(frame);
        Received first = received.poll(30, TimeUnit.SECONDS);
        assertNotNull(first, "the frame was not punted");
        assertEquals(port, first.port);
        assertEquals(list(frame), first.frame);
        await(() -> lan.count(port, PortCounter.PUNTED) == 1);
        assertEquals(0, lan.count(port, DropReason.RESERVED_MULTICAST));
    }

    @Test
    void afterTheRegistrationIsClosedTheFrameIsDropped() {
        workers.punt(lan, RULE, receiver).close();
        device.receive(lldp(7));
        await(() -> lan.count(port, DropReason.RESERVED_MULTICAST) == 1);
        assertTrue(received.isEmpty());
    }

    @Test
    void whileTheReceiverIsBusyFramesThatDoNotFitAreDroppedAndCounted() {
        CountDownLatch mayReturn = new CountDownLatch(1);
        workers.punt(lan, RULE, (index, frame) -> {
            try {
                mayReturn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            receiver.receive(index, frame);
        });
        int sent = 0;
        while (lan.count(port, DropReason.PUNT_LIMIT) == 0) {
            device.receive(lldp(sent));
            int frames = ++sent;
            await(() -> lan.count(port, PortCounter.PUNTED) + lan.count(port, DropReason.PUNT_LIMIT) == frames);
        }
        long punted = lan.count(port, PortCounter.PUNTED);
        assertEquals(sent - 1, punted);
        assertTrue(punted > 100, "only " + punted + " frames fit");
        mayReturn.countDown();
        await(() -> received.size() == punted);
        int expected = 0;
        for (Received each : received) assertEquals((byte) expected++, each.frame.get(20), "frames arrive in order");
    }

    @Test
    void anErrorOfAReceiverDoesNotStopDelivery() {
        workers.punt(lan, RULE, (index, frame) -> {
            receiver.receive(index, frame);
            if (received.size() == 1) throw new IllegalStateException("thrown by the test");
        });
        device.receive(lldp(1));
        await(() -> received.size() == 1);
        device.receive(lldp(2));
        await(() -> received.size() == 2);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) Thread.onSpinWait();
    }

    private static byte[] lldp(int content) {
        byte[] frame = new byte[60];
        for (int i = 0; i < 6; i++) frame[i] = (byte) (LLDP_ADDRESS >>> 40 - 8 * i);
        frame[6] = 2;
        frame[12] = (byte) (LLDP >>> 8);
        frame[13] = (byte) LLDP;
        Arrays.fill(frame, 14, 60, (byte) content);
        return frame;
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte each : bytes) list.add(each);
        return list;
    }
}
