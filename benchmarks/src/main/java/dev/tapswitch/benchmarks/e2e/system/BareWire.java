package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.util.List;

/** No switch: one veth pair from the first host to the second, and one from the third to the fourth. It shows the limit of the load generators and of veth pairs. */
public record BareWire() implements SystemUnderTest {
    @Override
    public String id() {
        return "wire";
    }

    @Override
    public String title() {
        return "bare veth pair";
    }

    @Override
    public String description() {
        return "one veth pair from host to host: the limit of every switch with veth pairs, and of the load generators";
    }

    @Override
    public int maxPorts() {
        return Testbed.ACTIVE_HOSTS;
    }

    @Override
    public String portLimitReason() {
        return "a veth pair has two ends";
    }

    @Override
    public boolean learns() {
        return false;
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        try {
            for (int i = 0; i + 1 < hosts.size(); i += 2) connect(processes, hosts.get(i), hosts.get(i + 1));
            Testbed.configure(hosts);
            return processes;
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }

    private static void connect(Processes owner, Host first, Host second) {
        owner.onClose(() -> Command.run("ip", "-n", first.namespace(), "link", "del", first.device()));
        String peer = "peer name " + second.device() + " netns " + second.namespace();
        String pair = "link add " + first.device() + " type veth " + peer;
        Command.expect(("ip -n " + first.namespace() + " " + pair).split(" ", -1));
    }
}
