package dev.tapswitch.e2e.testbed;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** One frame sent again and again, on a thread that ends when this is closed. */
public final class FrameGenerator implements AutoCloseable {
    private final RawSocket socket;
    private final byte[] frame;
    private final int framesASecond;
    private final AtomicLong sent = new AtomicLong();
    private final Thread thread;
    private volatile boolean isClosed;

    /** {@code framesASecond}: 0 for as many as possible. */
    public FrameGenerator(Node from, byte[] frame, int framesASecond) {
        this.socket = from.raw();
        this.frame = frame;
        this.framesASecond = framesASecond;
        this.thread = Thread.ofPlatform().daemon().name("flood").start(this::run);
    }

    private void run() {
        long began = System.nanoTime();
        while (!isClosed) {
            long due = framesASecond == 0
                    ? sent.get() + 32
                    : (System.nanoTime() - began) / 1_000 * framesASecond / 1_000_000;
            // What was missed while others had the CPU is not caught up with.
            long now = Math.min(due - sent.get(), 100);
            for (long i = 0; i < now; i++) socket.send(frame);
            sent.set(due);
            if (now == 0) Await.pause(Duration.ofMillis(1));
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
