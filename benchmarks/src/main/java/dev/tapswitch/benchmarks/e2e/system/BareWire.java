package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.util.List;

/** No switch: one veth pair from host to host. The result is the maximum of the load generator itself, counted at the receiver. */
public record BareWire() implements SystemUnderTest {
    @Override
    public String id() {
        return "wire";
    }

    @Override
    public String title() {
        return "generator alone";
    }

    @Override
    public String description() {
        return "one veth pair from host to host: what the load generator can do, receiving on its own CPU included";
    }

    @Override
    public int mostPorts() {
        return 2;
    }

    @Override
    public String whyNoMore() {
        return "a wire has two ends";
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var nothing = new Processes();
        Host one = hosts.get(0);
        Host other = hosts.get(1);
        nothing.afterwards(() -> Command.run("ip", "-n", one.namespace(), "link", "del", one.device()));
        Command.expect(
                "ip",
                "-n",
                one.namespace(),
                "link",
                "add",
                one.device(),
                "type",
                "veth",
                "peer",
                "name",
                other.device(),
                "netns",
                other.namespace());
        Testbed.configure(hosts);
        return nothing;
    }
}
