package dev.tapswitch.e2e.testbed;

/** Repeats a step on a separate thread until it is closed. {@link #close} fails if the step has failed: otherwise a test would pass without its attack. */
public final class BackgroundLoop implements AutoCloseable {
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile Throwable failure;

    public BackgroundLoop(String name, Runnable step) {
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                while (!isClosed) step.run();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        });
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) throw new AssertionError(thread.getName() + " has failed", failure);
    }
}
