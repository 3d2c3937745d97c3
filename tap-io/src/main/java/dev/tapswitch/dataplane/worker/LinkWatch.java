package dev.tapswitch.dataplane.worker;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Notices links that go down, come up or vanish, by asking each port's descriptor twice a second, on a thread of its own: a link that
 * is down wakes no event loop. One failing system call a port, about a microsecond; no thread runs while there is no port.
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

    /** When it returns, the attachment's descriptor is not asked any more. */
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
