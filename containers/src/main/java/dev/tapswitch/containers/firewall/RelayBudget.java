package dev.tapswitch.containers.firewall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits the number of connections that are relayed at once, for each published port and in total. A connection takes two file descriptors, and
 * ports, dockerd and the API need descriptors too. Thread-safe.
 */
final class RelayBudget {
    private static final int MAX_CONNECTIONS = 1_024;
    /** Relayed connections together use at most 1/4 of the descriptors of the process. */
    private static final int SHARE = 4;
    /** A port uses at most 1/4 of the relayed connections. */
    private static final int PORT_SHARE = 4;

    private static final int DESCRIPTORS_PER_CONNECTION = 2;
    private static final int DEFAULT_LIMIT = 1_024;

    private final Semaphore free;
    private final int maxPerPort;

    RelayBudget(int max, int maxPerPort) {
        this.free = new Semaphore(max);
        this.maxPerPort = maxPerPort;
    }

    /** The budget for the limit of open files of this process. */
    static RelayBudget ofProcess() {
        int max = Math.min(MAX_CONNECTIONS, openFiles() / SHARE / DESCRIPTORS_PER_CONNECTION);
        return new RelayBudget(max, Math.max(1, max / PORT_SHARE));
    }

    int maxPerPort() {
        return maxPerPort;
    }

    /** Takes the share of one connection. Returns false if none becomes free within the timeout. */
    boolean take(int timeoutMs) {
        try {
            return free.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns the share of one connection. */
    void release() {
        free.release();
    }

    /** The soft limit of open files (RLIMIT_NOFILE). */
    private static int openFiles() {
        try {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split(" {2,}", -1)[1])
                    .filter(number -> number.matches("[0-9]{1,9}"))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(DEFAULT_LIMIT);
        } catch (IOException e) {
            return DEFAULT_LIMIT;
        }
    }
}
