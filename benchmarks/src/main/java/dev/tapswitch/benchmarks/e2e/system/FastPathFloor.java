package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.dataplane.fastpath.FastPath;
import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.dataplane.fastpath.FastPathSettings;
import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.dataplane.fastpath.StationKey;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.veth.SwitchLinks;
import dev.tapswitch.linux.veth.VethPort;
import dev.tapswitch.linux.veth.VethSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The programs of the kernel fast path without a daemon: the bench creates the ports and puts the hosts' stations once. Nobody reads the slow path, so the hosts
 * know each other's MACs. What the daemon adds is the difference to this.
 */
public record FastPathFloor() implements SystemUnderTest {
    private static final int SWITCH = 1;
    private static final int MAX_STATIONS = 1_024;

    @Override
    public String id() {
        return "floor-fast";
    }

    @Override
    public String title() {
        return "floor fast path";
    }

    @Override
    public String description() {
        return "the programs of the fast path, with stations that the bench put: no daemon, no learning, no ARP";
    }

    @Override
    public int maxPorts() {
        return Testbed.ACTIVE_HOSTS;
    }

    @Override
    public String portLimitReason() {
        return "all its hosts know each other";
    }

    @Override
    public boolean learns() {
        return false;
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var owner = new Processes();
        try {
            // Closing it keeps the namespace, which belongs to the testbed.
            var namespace = SwitchNamespace.adopt(Path.of("/run/netns", testbed.switchNamespace()));
            owner.onClose(namespace::close);
            var links = new SwitchLinks(namespace);
            owner.onClose(links::close);
            var fastPath = FastPath.open(
                    new FastPathSettings(Optional.empty(), Attachment.TCX, MAX_STATIONS, Testbed.ACTIVE_HOSTS));
            owner.onClose(fastPath::close);
            for (Host host : hosts) {
                var port = VethPort.open(spec(host), links);
                owner.onClose(port::close);
                connect(fastPath, namespace, port, host);
            }
            Testbed.batch(hosts, host -> neighbours(host, hosts));
            return owner;
        } catch (DeviceException e) {
            owner.close();
            throw new BenchException(e.getMessage(), e);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private static VethSpec spec(Host host) {
        TapSpec end = TapSpec.builder(host.device(), new Namespace.Named(host.namespace()))
                .mac(MacAddress.parse(host.mac()))
                .mtu(host.mtu())
                .addresses(List.of(host.prefix()))
                .build();
        return new VethSpec(end, "v" + host.number(), "t" + host.number());
    }

    private static void connect(FastPath fastPath, SwitchNamespace namespace, VethPort port, Host host)
            throws DeviceException {
        namespace.call(() -> {
            fastPath.add(new FastPathPort(SWITCH, port.hostEnd(), port.slowPath(), host.mtu()));
            return null;
        });
        fastPath.put(new StationKey(MacAddress.parse(host.mac()), 0, SWITCH), port.hostEnd(), true, false);
    }

    private static String neighbours(Host host, List<Host> hosts) {
        var lines = new StringBuilder();
        for (Host other : hosts) {
            if (!other.equals(host))
                lines.append("neigh replace %s lladdr %s dev %s nud permanent\n"
                        .formatted(other.address(), other.mac(), host.device()));
        }
        return lines.toString();
    }
}
