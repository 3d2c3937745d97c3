package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of sysctl(8) for an interface of ours in the daemon's own namespace. Stations on the switch are not trusted: by router advertisements and
 * redirects they would change the host's routes (CVE-2020-13401). Set whatever the machine's defaults are. Any control thread.
 */
public final class HostLinkSettings {
    private static final Logger LOG = LoggerFactory.getLogger(HostLinkSettings.class);
    private static final Path NET = Path.of("/proc/sys/net");

    private HostLinkSettings() {}

    /** Applies the settings; does nothing when the calling thread is in another namespace than the daemon. */
    public static void apply(String device, boolean acceptRa) {
        if (!NamespaceKey.ofThread().equals(NamespaceKey.of(new Namespace.Current()))) return;
        // 2: also where the host forwards.
        set("ipv6", device, "accept_ra", acceptRa ? "2" : "0");
        set("ipv6", device, "autoconf", acceptRa ? "1" : "0");
        set("ipv6", device, "accept_redirects", "0");
        set("ipv4", device, "accept_redirects", "0");
        // Where "all" accepts them in spite of that, from known gateways only.
        set("ipv4", device, "secure_redirects", "1");
        // The host answers for, and asks with, the addresses of this interface only, not those of its others.
        set("ipv4", device, "arp_ignore", "1");
        set("ipv4", device, "arp_announce", "2");
    }

    private static void set(String family, String device, String name, String value) {
        Path directory = NET.resolve(family).resolve("conf").resolve(device);
        Path file = directory.resolve(name);
        try {
            // Without IPv6 on this machine, or with an MTU too small for it, there is nothing to set.
            if (!Files.exists(directory)) return;
            if (Files.readString(file).strip().equals(value)) return;
            Files.writeString(file, value);
        } catch (IOException e) {
            LOG.warn(
                    "cannot set {} to {}, so stations on its switch may change the host's routes: {}",
                    file,
                    value,
                    e.getMessage());
        }
    }
}
