package dev.tapswitch.control.systemd;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.dataplane.Workers;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies systemd's watchdog (WATCHDOG_USEC) while the event loops of all workers respond. If a worker is stuck, systemd restarts the daemon. A dedicated
 * thread probes each worker three times within systemd's limit.
 *
 * <p>A worker in a write is not stuck: the kernel handles the frame in the receiver's namespace. A restart would not end that write sooner, and the next
 * write would be as slow.
 */
final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final RateLimitedLogger SLOW = new RateLimitedLogger(LOG);
    private static final int NOTIFICATIONS_PER_LIMIT = 3;

    private final Workers workers;
    private final NotifySocket socket;
    private final long periodMs;
    private final Thread thread;
    private volatile boolean isClosed;

    /** {@code limitMicros}: systemd's limit. */
    Watchdog(Workers workers, NotifySocket socket, long limitMicros) {
        this.workers = workers;
        this.socket = socket;
        this.periodMs = Math.max(1, limitMicros / 1_000 / NOTIFICATIONS_PER_LIMIT);
        this.thread = Thread.ofPlatform().name("watchdog").daemon().start(this::run);
    }

    private void run() {
        while (!isClosed) {
            long began = System.nanoTime();
            List<Integer> stuck = workers.probe(periodMs);
            if (isClosed) return;
            if (stuck.stream().allMatch(this::isWriting)) socket.send("WATCHDOG=1");
            else LOG.error("{} not responded for {} ms: the watchdog is not notified", who(stuck), periodMs);
            LockSupport.parkNanos(periodMs * 1_000_000 - (System.nanoTime() - began));
        }
    }

    private boolean isWriting(int worker) {
        String port = workers.writingTo(worker);
        if (port == null) return false;
        SLOW.warn("worker " + worker + " has not responded for " + periodMs + " ms: it is writing to " + port
                + ", whose interface takes that long to receive a frame");
        return true;
    }

    private static String who(List<Integer> stuck) {
        return stuck.size() == 1 ? "worker " + stuck.getFirst() + " has" : "workers " + stuck + " have";
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }
}
