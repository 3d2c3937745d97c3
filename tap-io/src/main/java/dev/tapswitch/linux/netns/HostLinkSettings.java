package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the sysctls of an interface that Tapswitch created in the daemon's namespace, regardless of the machine's defaults. Stations on the switch are
 * not trusted: with router advertisements and redirects they could change the host's routes (CVE-2020-13401). Reads and writes files under /proc/sys:
 * must not be called on a worker.
 */
public final class HostLinkSettings {
    private static final Logger LOG = LoggerFactory.getLogger(HostLinkSettings.class);
    private static final Path NET = Path.of("/proc/sys/net");

    private HostLinkSettings() {}

    /**
     * Applies the settings. Does nothing if the calling thread is in another namespace than the daemon. A setting that cannot be written is logged.
     *
     * @param acceptRa whether the kernel takes addresses and routes from router advertisements
     */
    public static void apply(String device, boolean acceptRa) {
        if (!NamespaceKey.ofThread().equals(NamespaceKey.of(new Namespace.Current()))) return;
        // 2: accept router advertisements even if the host forwards (Documentation/networking/ip-sysctl.rst).
        set("ipv6", device, "accept_ra", acceptRa ? "2" : "0");
        set("ipv6", device, "autoconf", acceptRa ? "1" : "0");
        set("ipv6", device, "accept_redirects", "0");
        set("ipv4", device, "accept_redirects", "0");
        // If conf/all accepts redirects nevertheless, accept them from known gateways only.
        set("ipv4", device, "secure_redirects", "1");
        // On this interface the host answers and sends ARP only for the addresses of this interface, not for those of
        // its others.
        set("ipv4", device, "arp_ignore", "1");
        set("ipv4", device, "arp_announce", "2");
    }

    private static void set(String family, String device, String name, String value) {
        Path directory = NET.resolve(family).resolve("conf").resolve(device);
        Path file = directory.resolve(name);
        try {
            // The directory does not exist if the machine has no IPv6, or if the MTU is too small for IPv6.
            if (!Files.exists(directory)) return;
            if (Files.readString(file).strip().equals(value)) return;
            Files.writeString(file, value);
        } catch (IOException e) {
            LOG.warn(
                    "cannot set {} to {}: {}; stations on its switch may change the host's routes",
                    file,
                    value,
                    e.getMessage());
        }
    }
}
