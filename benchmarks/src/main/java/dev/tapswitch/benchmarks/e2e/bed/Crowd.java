package dev.tapswitch.benchmarks.e2e.bed;

import java.time.Duration;
import java.util.List;

/**
 * The many interfaces of hosts that don't speak, for as long as a system runs. Removed one by one, as the system's end would, a thousand take the kernel 20
 * seconds; as a group, one moment.
 */
public final class Crowd implements AutoCloseable {
    private static final int GROUP = 77;
    /** Until the kernel has told all its listeners of a thousand new links. */
    private static final long SETTLE_MS = 1_000;

    private final List<Host> crowd;

    /** Of these hosts, those that don't speak; their interfaces exist. */
    public Crowd(List<Host> hosts) {
        crowd = hosts.stream().filter(host -> !host.hasAddress()).toList();
        if (crowd.isEmpty()) return;
        Bed.batch(crowd, host -> "link set dev " + host.device() + " group " + GROUP + "\n");
        Await.pause(SETTLE_MS);
    }

    /** Removes the interfaces; the system is about to end. */
    @Override
    public void close() {
        if (crowd.isEmpty()) return;
        Command.run(
                Duration.ofMinutes(2),
                "",
                List.of("ip", "-n", crowd.getFirst().namespace(), "link", "delete", "group", Integer.toString(GROUP)));
    }
}
