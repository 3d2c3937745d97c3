package dev.tapswitch.e2e.testbed;

import java.time.Duration;

/** Sends one frame repeatedly, at a given rate or as fast as possible, on a separate thread until it is closed. */
public final class FrameGenerator implements AutoCloseable {
    private static final int BATCH = 32;
    /** After other threads had the CPU, the generator catches up on at most this many overdue frames. */
    private static final int MAX_BURST = 100;

    private final RawSocket socket;
    private final byte[] frame;
    private final int framesPerSecond;
    private final long start = System.nanoTime();
    private final BackgroundLoop loop;
    private long scheduled;

    /** {@code framesPerSecond}: 0 for as many as possible. */
    public FrameGenerator(Node from, byte[] frame, int framesPerSecond) {
        this.socket = from.raw();
        this.frame = frame;
        this.framesPerSecond = framesPerSecond;
        this.loop = new BackgroundLoop("frame-generator", this::sendBatch);
    }

    private void sendBatch() {
        long due = framesPerSecond == 0
                ? scheduled + BATCH
                : (System.nanoTime() - start) / 1_000 * framesPerSecond / 1_000_000;
        long burst = Math.min(due - scheduled, MAX_BURST);
        for (long i = 0; i < burst; i++) socket.send(frame);
        scheduled = due;
        if (burst == 0) Await.pause(Duration.ofMillis(1));
    }

    @Override
    public void close() {
        loop.close();
    }
}
