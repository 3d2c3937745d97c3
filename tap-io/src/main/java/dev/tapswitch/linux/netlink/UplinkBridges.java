package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The bridges of the namespace that lead to a network outside the host: those with a port that is no guest's, as br0 with eth0, and those by
 * which a default route leads. All others are a container engine's or a hypervisor's. Control threads.
 */
public final class UplinkBridges {
    /** Kinds of links by which guests, and nobody else, are on a bridge; "dummy" is what LXD puts there to keep the MTU. */
    private static final Set<String> GUESTS = Set.of("veth", "tun", "dummy");
    /** The kernel lists default routes first; a router's further routes, a million of them, are not read. */
    private static final int MOST_ROUTES = 256;

    private UplinkBridges() {}

    /** Their names. Less than a millisecond where bridges are few. */
    public static Set<String> find() throws DeviceException {
        Set<String> uplinks = new HashSet<>();
        try (BridgePorts ports = new BridgePorts()) {
            List<HostLink> bridges = ports.bridges();
            if (bridges.isEmpty()) return uplinks;
            Set<String> defaults = devicesOfDefaultRoutes();
            for (HostLink bridge : bridges) {
                boolean isUplink = defaults.contains(bridge.name())
                        || ports.portsOf(bridge.index()).stream().anyMatch(port -> !GUESTS.contains(port.kind()));
                if (isUplink) uplinks.add(bridge.name());
            }
        }
        return uplinks;
    }

    private static Set<String> devicesOfDefaultRoutes() {
        Set<String> devices = new HashSet<>();
        // Interface, destination, gateway, flags, references, use, metric, mask: proc(5).
        for (String[] route : read("route")) {
            boolean isDefault = route.length > 7 && route[1].equals("00000000") && route[7].equals("00000000");
            if (isDefault) devices.add(route[0]);
        }
        // Destination, its length, source, its length, next hop, metric, references, use, flags, interface.
        for (String[] route : read("ipv6_route")) {
            boolean isDefault = route.length > 9 && route[0].equals("0".repeat(32)) && route[1].equals("00");
            if (isDefault) devices.add(route[9]);
        }
        return devices;
    }

    private static List<String[]> read(String table) {
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/thread-self/net", table))) {
            return lines.lines()
                    .limit(MOST_ROUTES)
                    .map(line -> line.strip().split("\\s+", -1))
                    .toList();
        } catch (IOException e) {
            return List.of(); // There is no such protocol on this machine.
        }
    }
}
