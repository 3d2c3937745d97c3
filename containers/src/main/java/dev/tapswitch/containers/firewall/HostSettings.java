package dev.tapswitch.containers.firewall;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets the sysctl(8) values that forwarding needs. Docker sets the same. */
final class HostSettings {
    private static final Logger LOG = LoggerFactory.getLogger(HostSettings.class);
    private static final Path NET = Path.of("/proc/sys/net");

    private HostSettings() {}

    /** Sets the values that a network needs. Failures are logged. */
    static void prepare(NatNetwork network) {
        // route_localnet lets a packet to 127.0.0.1 leave by the host port after its translation, and its reply
        // return. On an open network, other programs publish ports and set this themselves.
        if (!network.ipv4().isEmpty() && !network.has(Option.OPEN))
            set("ipv4/conf/" + network.device() + "/route_localnet", "1");
        if (!network.has(Option.INTERNAL))
            forward(!network.ipv4().isEmpty(), !network.ipv6().isEmpty());
    }

    /** Makes the host forward packets. */
    static void forward(boolean ipv4, boolean ipv6) {
        if (ipv4) set("ipv4/ip_forward", "1");
        if (ipv6) set("ipv6/conf/all/forwarding", "1");
    }

    private static void set(String name, String value) {
        Path file = NET.resolve(name);
        try {
            if (Files.readString(file).strip().equals(value)) return;
            Files.writeString(file, value);
            LOG.info("set /proc/sys/net/{} to {}", name, value);
        } catch (IOException e) {
            LOG.warn(
                    "cannot set /proc/sys/net/{} to {}, so containers may be unreachable: {}",
                    name,
                    value,
                    e.getMessage());
        }
    }
}
