package dev.tapswitch.dataplane;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Detects links that go down, come up or are deleted: a dedicated thread queries the state of each port's device twice a second, because a link that
 * goes down does not wake an event loop. A query takes some microseconds. The thread runs only while there are ports. Thread-safe.
 */
final class LinkWatch implements AutoCloseable {
    private static final int PERIOD_MS = 500;

    private final Set<Attachment> watched = new LinkedHashSet<>();
    private boolean closed;
    private Thread thread;

    synchronized void add(Attachment attachment) {
        watched.add(attachment);
        if (thread == null && !closed) {
            thread = Thread.ofPlatform().name("link-watch").daemon().start(this::run);
        }
    }

    /** When it returns, the attachment's descriptor is not queried any more. */
    synchronized void remove(Attachment attachment) {
        watched.remove(attachment);
    }

    @Override
    public synchronized void close() {
        closed = true;
        watched.clear();
        notifyAll();
    }

    private synchronized void run() {
        while (!watched.isEmpty() && !closed) {
            watched.forEach(Attachment::check);
            try {
                wait(PERIOD_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        thread = null;
    }
}
