package dev.tapswitch.dataplane.punt;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PuntRule;
import dev.tapswitch.dataplane.buffer.Sleeper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers punted frames to their receivers, on one thread for all switches that runs from the first registration on. Thread-safe. */
public final class PuntService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PuntService.class);
    private static final int CLOSE_MS = 1_000;

    /** A receiver that is registered until it is closed. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        /** Frames that are queued for the receiver are discarded. A call of the receiver may still be in progress. */
        @Override
        void close();
    }

    /** A switch that has, or had, receivers. */
    private record Entry(PuntReceivers receivers, List<PuntQueue> queues) {}

    private final int workers;
    private final Sleeper sleeper = new Sleeper();
    private final Map<LearningSwitch, Entry> entries = new HashMap<>();
    /** Of all switches, for the punt thread. */
    private final List<PuntQueue> queues = new CopyOnWriteArrayList<>();

    private Thread thread;
    private volatile boolean isClosed;

    /** {@code workers}: their number; each gets one queue per switch. */
    public PuntService(int workers) {
        this.workers = workers;
    }

    /** Sends frames that match the rule to the receiver from now on, provided that the workers use {@link #queues}. */
    public synchronized Registration register(LearningSwitch owner, PuntRule rule, PuntReceiver receiver) {
        PuntReceivers receivers = entry(owner).receivers;
        int number = receivers.add(rule, receiver);
        if (thread == null && !isClosed)
            thread = Thread.ofPlatform().name("punt").daemon().start(this::run);
        return () -> receivers.remove(number);
    }

    /** The queues of a switch by worker. */
    public synchronized List<PuntQueue> queues(LearningSwitch owner) {
        return entry(owner).queues;
    }

    /** Forgets a switch that no worker serves any more. */
    public synchronized void forget(LearningSwitch owner) {
        Entry entry = entries.remove(owner);
        if (entry != null) queues.removeAll(entry.queues);
    }

    /** Ends the thread. Frames that are queued are discarded. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            isClosed = true;
            running = thread;
        }
        if (running == null) return;
        sleeper.wake();
        try {
            running.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Entry entry(LearningSwitch owner) {
        return entries.computeIfAbsent(owner, key -> {
            PuntReceivers receivers = new PuntReceivers(owner);
            List<PuntQueue> made = Stream.generate(() -> new PuntQueue(receivers, sleeper))
                    .limit(workers)
                    .toList();
            queues.addAll(made);
            return new Entry(receivers, made);
        });
    }

    private void run() {
        while (!isClosed) {
            for (PuntQueue queue : queues) if (!queue.isEmpty()) deliver(queue);
            sleeper.sleepUnless(() -> isClosed || queues.stream().anyMatch(queue -> !queue.isEmpty()));
        }
    }

    /** One frame of each queue in turn, so that no switch waits for another's flood. An error in one protocol must not stop the others. */
    private static void deliver(PuntQueue queue) {
        try {
            queue.deliverFirst();
        } catch (RuntimeException e) {
            LOG.warn("a receiver of punted frames failed: {}", e, e);
        }
    }
}
