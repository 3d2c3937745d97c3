package dev.tapswitch.benchmarks.e2e.testbed;

import java.time.Duration;
import java.util.List;

/**
 * The interfaces of idle ports. They are removed as a group: one by one, as at the end of a system, the kernel needs 20 seconds for a thousand.
 */
public final class IdlePorts implements AutoCloseable {
    private static final int GROUP = 77;
    /** Covers the time in which the kernel notifies its listeners of a thousand new links. */
    private static final long SETTLE_MS = 1_000;

    private final List<Host> idlePorts;

    /** Takes the idle ports among these hosts; their interfaces exist. */
    public IdlePorts(List<Host> hosts) {
        idlePorts = hosts.stream().filter(host -> !host.hasAddress()).toList();
        if (idlePorts.isEmpty()) return;
        Testbed.batch(idlePorts, host -> "link set dev " + host.device() + " group " + GROUP + "\n");
        Await.pause(SETTLE_MS);
    }

    /** Removes the interfaces before the system stops. */
    @Override
    public void close() {
        if (idlePorts.isEmpty()) return;
        Command.run(
                Duration.ofMinutes(2),
                "",
                List.of(
                        "ip",
                        "-n",
                        idlePorts.getFirst().namespace(),
                        "link",
                        "delete",
                        "group",
                        Integer.toString(GROUP)));
    }
}
