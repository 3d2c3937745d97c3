package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The kernel's bridge with veth pairs, like docker0. */
public record KernelBridge() implements SystemUnderTest {
    @Override
    public String id() {
        return "bridge";
    }

    @Override
    public String title() {
        return "kernel bridge";
    }

    @Override
    public String description() {
        return "a Linux bridge with default settings, a veth pair per host, bridge-nf-call-iptables off, which is its fastest configuration";
    }

    @Override
    public int maxPorts() {
        return 1_023;
    }

    @Override
    public String portLimitReason() {
        return "a bridge has at most 1,023 ports (BR_MAX_PORTS)";
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        String namespace = testbed.switchNamespace();
        try {
            processes.onClose(() -> Command.run("ip", "-n", namespace, "link", "del", "br0"));
            Command.expect("ip", "-n", namespace, "link", "add", "br0", "type", "bridge");
            if (Files.exists(Path.of("/proc/sys/net/bridge")))
                Command.run(Command.inside(namespace, "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0")
                        .toArray(String[]::new));
            Veth.create(processes, namespace, hosts, "master br0");
            Command.expect("ip", "-n", namespace, "link", "set", "br0", "up");
            return processes;
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }
}
