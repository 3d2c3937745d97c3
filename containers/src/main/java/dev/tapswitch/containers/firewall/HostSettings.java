package dev.tapswitch.containers.firewall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few switches of sysctl(8) that forwarding needs. Docker sets the same. */
final class HostSettings {
    private static final Logger LOG = LoggerFactory.getLogger(HostSettings.class);
    private static final Path NET = Path.of("/proc/sys/net");

    private HostSettings() {}

    /** What a network needs of the host; what can't be set is told in the log. */
    static void prepare(NatNetwork network) {
        // A packet to 127.0.0.1 may leave by the host port after it was translated, and its answer come back.
        // On an open network others publish, and see to it themselves.
        if (!network.ipv4().isEmpty() && !network.open()) set("ipv4/conf/" + network.device() + "/route_localnet", "1");
        if (!network.internal())
            forward(!network.ipv4().isEmpty(), !network.ipv6().isEmpty());
    }

    /** The host forwards packets from now on. */
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
                    "cannot set /proc/sys/net/{} to {}, without which containers are not reached: {}",
                    name,
                    value,
                    e.getMessage());
        }
    }
}
