package dev.tapswitch.containers.firewall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many connections are relayed at once, for one published port and in all: each takes two file descriptors, and ports, dockerd and the API need
 * theirs. Thread-safe.
 */
final class RelayBudget {
    private static final int MOST = 1_024;
    /** Of the descriptors that the process may have, for all relayed connections together. */
    private static final int SHARE = 4;
    /** Of all relayed connections, for one port. */
    private static final int PORTS_SHARE = 4;

    private static final int DESCRIPTORS_EACH = 2;
    private static final int USUAL_LIMIT = 1_024;

    private final Semaphore free;
    private final int mostOfAPort;

    RelayBudget(int most, int mostOfAPort) {
        this.free = new Semaphore(most);
        this.mostOfAPort = mostOfAPort;
    }

    /** As the limit of open files allows. */
    static RelayBudget ofProcess() {
        int most = Math.min(MOST, openFiles() / SHARE / DESCRIPTORS_EACH);
        return new RelayBudget(most, Math.max(1, most / PORTS_SHARE));
    }

    int mostOfAPort() {
        return mostOfAPort;
    }

    /** Takes one connection's part; false when none is free soon. */
    boolean take(int patienceMs) {
        try {
            return free.tryAcquire(patienceMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void release() {
        free.release();
    }

    /** The soft limit, RLIMIT_NOFILE. */
    private static int openFiles() {
        try {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split(" {2,}", -1)[1])
                    .filter(number -> number.matches("[0-9]{1,9}"))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(USUAL_LIMIT);
        } catch (IOException e) {
            return USUAL_LIMIT;
        }
    }
}
