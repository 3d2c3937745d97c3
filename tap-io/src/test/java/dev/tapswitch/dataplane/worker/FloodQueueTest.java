package dev.tapswitch.dataplane.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FloodQueueTest {
    private static final int LENGTH = 70;

    private final LearningSwitch lan = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);
    private final FloodQueue queue = new FloodQueue();
    private final MemorySegment frame = Arena.ofAuto().allocate(LENGTH);
    private WorkerSwitch sw;

    private void ports(int count) {
        for (int i = 0; i < count; i++) lan.addPort(PortSettings.of("p" + i, 1_500), true);
        sw = new WorkerSwitch(lan, 0, null, null);
    }

    private boolean add(int inPort) {
        return queue.add(sw, inPort, inPort, frame.address(), LENGTH);
    }

    /** Takes all copies of one iteration. Returns their number. */
    private int iteration() {
        queue.beginIteration();
        int copies = 0;
        for (int taken = queue.take(); taken > 0; taken = queue.take()) {
            copies += taken;
            queue.done(taken);
        }
        return copies;
    }

    @Test
    void anIterationAdmitsALimitedNumberOfCopies() {
        ports(50);
        queue.beginIteration();
        int frames = 0;
        while (queue.admits(50)) frames++;
        assertEquals(FloodQueue.MAX_COPIES / 50, frames);
        queue.beginIteration();
        assertTrue(queue.admits(50));
    }

    @Test
    void framesToFewPortsAreNeverDeferred() {
        ports(3);
        queue.beginIteration();
        for (int i = 0; i < 10_000; i++) assertTrue(queue.admits(2));
    }

    @Test
    void noFrameIsFloodedBeforeThoseThatWait() {
        ports(2);
        queue.beginIteration();
        assertTrue(add(0));
        assertFalse(queue.admits(2));
        iteration();
        assertTrue(queue.admits(2));
    }

    @Test
    void aFrameToManyPortsContinuesInTheNextIteration() {
        ports(600);
        assertTrue(add(3));
        assertEquals(256, iteration());
        assertEquals(256, queue.nextPort());
        assertEquals(3, queue.inPort());
        assertEquals(256, iteration());
        assertEquals(87, iteration());
        assertTrue(queue.isEmpty());
        assertEquals(0, iteration());
    }

    @Test
    void aPortMayNotUseMoreThanItsShareOfTheQueue() {
        ports(50);
        int frames = 0;
        while (add(0)) frames++;
        assertEquals(FloodQueue.COPIES_PER_PORT / 49, frames);
        assertTrue(add(1));
        assertFalse(FloodQueue.hasSpace(sw, 0));
        while (sw.waitingFloods(0) > frames / 2) iteration();
        assertTrue(FloodQueue.hasSpace(sw, 0));
        assertTrue(add(0));
    }

    @Test
    void someFramesOfEachOfElevenHundredPortsMayWait() {
        ports(1_100);
        for (int frames = 0; frames < FloodQueue.MIN_FRAMES_PER_PORT / 2; frames++)
            for (int port = 0; port < 1_100; port++) assertTrue(add(port), "frame " + frames + " of port " + port);
    }

    @Test
    void thePortsOfAFrameAreThoseOfItsFirstIteration() {
        ports(300);
        add(0);
        iteration();
        lan.removePort(299);
        lan.removePort(0);
        assertEquals(43, iteration());
        assertTrue(queue.isEmpty());
    }

    @Test
    void aFrameWhosePortIsRemovedWhileItWaitsHasNoPortsAndLeavesTheQueue() {
        ports(3);
        add(0);
        lan.removePort(0);
        queue.beginIteration();
        assertEquals(1, queue.take());
        assertTrue(queue.ports().isEmpty());
        queue.done(1);
        assertTrue(queue.isEmpty());
    }
}
