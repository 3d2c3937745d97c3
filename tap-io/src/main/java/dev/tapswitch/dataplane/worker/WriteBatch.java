package dev.tapswitch.dataplane.worker;

/** Collects a worker's writes so that many of them take one system call. Must be called on the worker thread. */
public interface WriteBatch extends AutoCloseable {
    /** For workers that write each frame at once. */
    WriteBatch NONE = new WriteBatch() {
        @Override
        public boolean begin() {
            return false;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** Collects writes from now on; returns whether this call began it, so that the caller must {@link #flush}. */
    boolean begin();

    /** Executes the collected writes in order, and stops collecting. */
    void flush();

    /** A second call does nothing. */
    @Override
    void close();
}
