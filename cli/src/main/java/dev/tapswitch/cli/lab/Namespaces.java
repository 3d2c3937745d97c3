package dev.tapswitch.cli.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Named network namespaces, as {@code ip netns} manages them. */
final class Namespaces {
    private static final Path NAMED = Path.of("/run/netns");

    private Namespaces() {}

    static boolean exists(String name) {
        return Files.exists(NAMED.resolve(name));
    }

    static void add(String name) {
        Commands.run("ip", "netns", "add", name);
        Commands.run("ip", "-n", name, "link", "set", "lo", "up");
    }

    /** Ends the processes in a namespace and deletes it. If they kept running, the kernel would keep the namespace, without a name, until they end. */
    static void delete(String name) {
        if (!exists(name)) return;
        var pids = pids(name);
        pids.forEach(ProcessHandle::destroy);
        if (!haveEnded(pids, 2_000)) pids.forEach(ProcessHandle::destroyForcibly);
        haveEnded(pids, 2_000);
        Commands.run("ip", "netns", "del", name);
    }

    /** Whether an address in a namespace is tentative: it is in duplicate address detection (RFC 4862 5.4) and not usable yet. */
    static boolean hasTentativeAddress(String name) {
        return !Commands.run("ip", "-n", name, "-6", "-o", "address", "show", "tentative")
                .isEmpty();
    }

    private static List<ProcessHandle> pids(String name) {
        return Commands.run("ip", "netns", "pids", name)
                .lines()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())).stream())
                .toList();
    }

    private static boolean haveEnded(List<ProcessHandle> processes, long withinMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > deadline) return false;
            Await.pause(10);
        }
        return true;
    }
}
