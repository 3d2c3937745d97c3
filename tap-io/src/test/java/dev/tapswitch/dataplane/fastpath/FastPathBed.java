package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfFeature;
import dev.tapswitch.linux.bpf.BpfFixture;
import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A switch's namespace and its containers. Each container is a namespace with one end of a veth pair as eth0. The switch's namespace has the host ends, h0 and so
 * on, and a TAP for each, t0 and so on. Container i has the addresses 198.18.0.(i + 1) and fd00::(i + 1) and the MAC {@link #mac}. The containers have permanent
 * neighbour entries for each other, so that they need neither ARP nor Neighbour Discovery.
 */
final class FastPathBed implements AutoCloseable {
    static final int SWITCH = 7;
    private static final long FIRST_MAC = 0x02_bb_00_00_00_01L;

    final TestNamespace host = new TestNamespace();
    final List<TestNamespace> containers = new ArrayList<>();
    final List<TapDevice> taps = new ArrayList<>();

    FastPathBed(int count) throws DeviceException {
        try {
            for (int i = 0; i < count; i++) containers.add(new TestNamespace());
            for (int i = 0; i < count; i++) connect(i);
        } catch (DeviceException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Skips the test if the kernel lacks a feature that the fast path needs. */
    static void assume(FastPathSettings.Attachment attachment) {
        BpfFixture.assume(
                BpfFeature.PROGRAMS,
                BpfFeature.REDIRECT_PEER,
                attachment == FastPathSettings.Attachment.CLSACT ? BpfFeature.CLSACT : BpfFeature.TCX);
    }

    private void connect(int i) throws DeviceException {
        TestNamespace container = containers.get(i);
        host.ip("link", "add", "h" + i, "type", "veth", "peer", "name", "eth0", "netns", container.name());
        host.ip("link", "set", "h" + i, "up");
        container.exec("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0", "net.ipv6.conf.eth0.accept_dad=0");
        container.exec("sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra=0", "net.ipv6.conf.eth0.router_solicitations=0");
        container.ip("link", "set", "eth0", "address", text(mac(i)));
        container.ip("addr", "add", ipv4(i) + "/24", "dev", "eth0");
        container.ip("addr", "add", ipv6(i) + "/64", "dev", "eth0", "nodad");
        container.ip("link", "set", "eth0", "up");
        for (int other = 0; other < containers.size(); other++) {
            if (other == i) continue;
            String lladdr = text(mac(other));
            container.ip("neigh", "replace", ipv4(other), "lladdr", lladdr, "dev", "eth0", "nud", "permanent");
            container.ip("neigh", "replace", ipv6(other), "lladdr", lladdr, "dev", "eth0", "nud", "permanent");
        }
        TapDevice tap = TapDevice.open(
                TapSpec.builder("t" + i, new Namespace.Named(host.name())).build());
        tap.setNonBlocking(true);
        taps.add(tap);
    }

    static long mac(int i) {
        return FIRST_MAC + i;
    }

    static String ipv4(int i) {
        return "198.18.0." + (i + 1);
    }

    static String ipv6(int i) {
        return "fd00::" + (i + 1);
    }

    private static String text(long mac) {
        return dev.tapswitch.core.net.MacAddress.format(mac);
    }

    int hostEnd(int i) {
        return host.ifindex("h" + i);
    }

    static FastPathSettings settings(FastPathSettings.Attachment attachment) {
        return new FastPathSettings(Optional.empty(), attachment, 1_024, 16);
    }

    FastPathPort port(int i) {
        return new FastPathPort(SWITCH, hostEnd(i), host.ifindex("t" + i), 1500);
    }

    /** Adds or changes a port. */
    void add(FastPath fastPath, FastPathPort port) throws DeviceException {
        host.call(() -> {
            fastPath.add(port);
            return null;
        });
    }

    static StationKey station(int i) {
        return new StationKey(mac(i), 0, SWITCH);
    }

    /** Adds all containers as ports, and their eth0 as stations. */
    void addAll(FastPath fastPath) throws DeviceException {
        for (int i = 0; i < containers.size(); i++) {
            add(fastPath, port(i));
            fastPath.put(station(i), hostEnd(i), true, false);
        }
        fastPath.beat(System.nanoTime());
    }

    RawEnd container(int i) throws DeviceException {
        return RawEnd.on(containers.get(i), "eth0");
    }

    RawEnd tap(int i) {
        return RawEnd.of(taps.get(i).queueFds()[0]);
    }

    @Override
    public void close() {
        taps.forEach(TapDevice::close);
        containers.forEach(TestNamespace::close);
        host.close();
    }
}
