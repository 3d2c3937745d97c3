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
import java.util.ArrayList;
import java.util.List;

/**
 * Open vSwitch with its userspace datapath over veth pairs, from the Debian package. An Open vSwitch that runs on the machine is not touched.
 *
 * @param tso whether userspace TSO is enabled; without it the hosts must compute checksums themselves
 */
public record OpenVSwitch(boolean tso) implements SystemUnderTest {
    private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

    @Override
    public String id() {
        return tso ? "ovs-tso" : "ovs";
    }

    @Override
    public String title() {
        return tso ? "OVS userspace, TSO" : "OVS userspace";
    }

    @Override
    public String description() {
        return tso
                ? "datapath_type=netdev, userspace-tso-enable=true, veth pairs by AF_PACKET"
                : "datapath_type=netdev, veth pairs by AF_PACKET, transmit checksum offload off in the hosts, which it requires";
    }

    @Override
    public int maxPorts() {
        return 100;
    }

    @Override
    public String portLimitReason() {
        return "ovs-vsctl takes minutes to add more";
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        try {
            Path home = Files.createTempDirectory(testbed.directory(), id());
            Path log = home.resolve("log");
            String database = "unix:" + home.resolve("db.sock");
            Command.expect("ovsdb-tool", "create", home.resolve("conf.db").toString(), SCHEMA.toString());
            Process server = processes.start(
                    List.of(
                            "env",
                            "OVS_RUNDIR=" + home,
                            "ovsdb-server",
                            home.resolve("conf.db").toString(),
                            "--remote=p" + database),
                    home.resolve("db.log"));
            Await.until("ovsdb-server", Duration.ofSeconds(10), () -> {
                Processes.checkAlive(server, home.resolve("db.log"));
                return Files.exists(home.resolve("db.sock"));
            });
            control(database, "--no-wait", "init");
            if (tso)
                control(database, "--no-wait", "set", "Open_vSwitch", ".", "other_config:userspace-tso-enable=true");
            // The TAPs of its bridge are persistent: they outlive the process.
            for (String device : List.of("br0", "ovs-netdev"))
                processes.onClose(() -> Command.run("ip", "-n", testbed.switchNamespace(), "link", "del", device));
            processes.start(
                    Command.inside(testbed.switchNamespace(), "env", "OVS_RUNDIR=" + home, "ovs-vswitchd", database),
                    log);
            Veth.create(processes, testbed.switchNamespace(), hosts, "");
            addPorts(database, hosts);
            if (!tso) for (Host host : hosts) withoutChecksumOffload(host);
            return processes;
        } catch (IOException e) {
            processes.close();
            throw new BenchException("cannot write the database of Open vSwitch: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }

    private static void addPorts(String database, List<Host> hosts) {
        List<String> words = new ArrayList<>(
                List.of("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=standalone"));
        for (Host host : hosts) words.addAll(List.of("--", "add-port", "br0", "v" + host.number()));
        control(database, words.toArray(String[]::new));
    }

    private static void withoutChecksumOffload(Host host) {
        Command.expect(Command.inside(host.namespace(), "ethtool", "-K", host.device(), "tx", "off"));
    }

    private static void control(String database, String... words) {
        List<String> all = new ArrayList<>(List.of("ovs-vsctl", "--timeout=30", "--db=" + database));
        all.addAll(List.of(words));
        Command.expect(all);
    }
}
