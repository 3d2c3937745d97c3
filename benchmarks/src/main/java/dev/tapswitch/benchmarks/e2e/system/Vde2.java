package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** VDE2 from the Debian package: a vde_switch, and a vde_plug2tap for the TAP in each host's namespace. */
public record Vde2() implements SystemUnderTest {
    @Override
    public String id() {
        return "vde2";
    }

    @Override
    public String title() {
        return "VDE2";
    }

    @Override
    public String description() {
        return "vde_switch, and one vde_plug2tap per host for its TAP; it supports no offloads";
    }

    @Override
    public int maxPorts() {
        return 100;
    }

    @Override
    public String portLimitReason() {
        return "each port is a separate process";
    }

    @Override
    public int maxMtu() {
        return Testbed.MTU;
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        try {
            Path home = Files.createTempDirectory(testbed.directory(), id());
            Path control = home.resolve("ctl");
            Path log = home.resolve("log");
            Process daemon = processes.start(
                    List.of("vde_switch", "-n", Integer.toString(hosts.size() + 8), "-s", control.toString()), log);

            Await.until("vde_switch", Duration.ofSeconds(10), () -> {
                Processes.checkAlive(daemon, log);
                return Files.exists(control.resolve("ctl"));
            });
            Testbed.batch(hosts, host -> "tuntap add dev " + host.device() + " mode tap\n");
            processes.onClose(() ->
                    hosts.forEach(host -> Command.run("ip", "-n", host.namespace(), "link", "del", host.device())));
            for (Host host : hosts)
                processes.start(
                        Command.inside(host.namespace(), "vde_plug2tap", "-s", control.toString(), host.device()),
                        home.resolve("plug" + host.number()));
            Await.pause(300);
            Testbed.configure(hosts);
            return processes;
        } catch (IOException e) {
            processes.close();
            throw new BenchException("cannot create a directory for VDE2: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }
}
