package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the bridges of a namespace that lead to a network outside the host: those with a port that is not a guest's, such as br0 with eth0, and those
 * through which a default route leads. All other bridges belong to container engines and hypervisors. Must not be called on a worker.
 */
public final class UplinkBridges {
    /** The kinds of links that connect guests only. LXD adds a dummy port to its bridges to keep their MTU. */
    private static final Set<String> GUEST_KINDS = Set.of("veth", "tun", "dummy");
    /** Lines read of a routing table. The kernel lists default routes first; a router may have a million others. */
    private static final int MAX_ROUTES = 256;

    private UplinkBridges() {}

    /** The names of these bridges in the calling thread's namespace. Takes less than a millisecond if there are few bridges. */
    public static Set<String> find() throws DeviceException {
        Set<String> uplinks = new HashSet<>();
        try (RtNetlink links = new RtNetlink()) {
            BridgePorts ports = new BridgePorts(links);
            List<LinkInfo> bridges = ports.bridges();
            if (bridges.isEmpty()) return uplinks;
            Set<String> defaults = defaultRouteDevices(read("route"), read("ipv6_route"));
            for (LinkInfo bridge : bridges) {
                boolean isUplink = defaults.contains(bridge.name())
                        || ports.portsOf(bridge.index()).stream().anyMatch(port -> !GUEST_KINDS.contains(port.kind()));
                if (isUplink) uplinks.add(bridge.name());
            }
        }
        return uplinks;
    }

    /** The devices of the default routes in the lines of /proc/net/route and /proc/net/ipv6_route. */
    static Set<String> defaultRouteDevices(List<String> ipv4, List<String> ipv6) {
        Set<String> devices = new HashSet<>();
        // proc_pid_net(5): interface, destination, gateway, flags, references, use, metric, mask
        for (String line : ipv4) {
            String[] route = fields(line);
            if (route.length > 7 && route[1].equals("00000000") && route[7].equals("00000000")) devices.add(route[0]);
        }
        // Destination, its prefix length, source, its prefix length, next hop, metric, references, use, flags,
        // interface
        for (String line : ipv6) {
            String[] route = fields(line);
            if (route.length > 9 && route[0].equals("0".repeat(32)) && route[1].equals("00")) devices.add(route[9]);
        }
        return devices;
    }

    private static String[] fields(String line) {
        return line.strip().split("\\s+", -1);
    }

    private static List<String> read(String table) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net", table))) {
            return lines.limit(MAX_ROUTES).toList();
        } catch (IOException e) {
            return List.of(); // The kernel does not support this protocol.
        }
    }
}
