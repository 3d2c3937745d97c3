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
        return "one veth pair from host to host: the maximum of the load generator, including the reception on its CPU";
    }

    @Override
    public int maxPorts() {
        return 2;
    }

    @Override
    public String portLimitReason() {
        return "a veth pair has two ends";
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        Host first = hosts.get(0);
        Host second = hosts.get(1);
        processes.onClose(() -> Command.run("ip", "-n", first.namespace(), "link", "del", first.device()));
        Command.expect(
                "ip",
                "-n",
                first.namespace(),
                "link",
                "add",
                first.device(),
                "type",
                "veth",
                "peer",
                "name",
                second.device(),
                "netns",
                second.namespace());
        Testbed.configure(hosts);
        return processes;
    }
}
