package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Veth pairs between the switch's namespace (v1, v2, ...) and the hosts. */
final class Veth {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Veth() {}

    /**
     * Creates the pairs, sets both ends up, and registers their removal with the system. {@code settings}: additional settings of the
     * switch's end.
     */
    static void create(Processes owner, String namespace, List<Host> hosts, String settings) {
        String create = lines(
                hosts,
                host -> "link add v" + host.number() + " mtu " + host.mtu() + " type veth peer name " + host.device()
                        + " netns " + host.namespace() + "\nlink set v" + host.number() + " " + settings + " up\n");
        String delete = lines(hosts, host -> "link del v" + host.number() + "\n");
        // -force: continue if a pair was never created.
        owner.onClose(() -> Command.run(LIMIT, delete, List.of("ip", "-n", namespace, "-force", "-batch", "-")));
        Command.expect(LIMIT, create, List.of("ip", "-n", namespace, "-batch", "-"));
        Testbed.configure(hosts);
    }

    private static String lines(List<Host> hosts, Function<Host, String> line) {
        return hosts.stream().map(line).collect(Collectors.joining());
    }
}
