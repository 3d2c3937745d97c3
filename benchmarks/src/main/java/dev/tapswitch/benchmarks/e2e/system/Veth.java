package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.bed.Bed;
import dev.tapswitch.benchmarks.e2e.bed.Command;
import dev.tapswitch.benchmarks.e2e.bed.Host;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Veth pairs between the switch's namespace, where they are v1, v2, ..., and the hosts. */
final class Veth {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Veth() {}

    /** Makes them, sets both ends up, and has them removed with the system. {@code settings}: what the switch's end gets besides. */
    static void make(Processes owner, String namespace, List<Host> hosts, String settings) {
        String made = lines(
                hosts,
                host -> "link add v" + host.number() + " mtu " + host.mtu() + " type veth peer name " + host.device()
                        + " netns " + host.namespace() + "\nlink set v" + host.number() + " " + settings + " up\n");
        String unmade = lines(hosts, host -> "link del v" + host.number() + "\n");
        // -force: what was not made can't be removed, the rest can.
        owner.afterwards(() -> Command.run(LIMIT, unmade, List.of("ip", "-n", namespace, "-force", "-batch", "-")));
        Command.expect(LIMIT, made, List.of("ip", "-n", namespace, "-batch", "-"));
        Bed.configure(hosts);
    }

    private static String lines(List<Host> hosts, Function<Host, String> line) {
        return hosts.stream().map(line).collect(Collectors.joining());
    }
}
