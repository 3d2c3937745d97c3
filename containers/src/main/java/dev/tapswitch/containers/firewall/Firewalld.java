package dev.tapswitch.containers.firewall;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds host ports to firewalld's zone {@code trusted}, because firewalld rejects packets from interfaces without a zone. Docker does the same for
 * its bridges. Uses D-Bus and changes only the runtime configuration, which firewalld loses when it reloads or ends, so the change has to be
 * repeated then.
 */
final class Firewalld {
    /** firewalld's nftables table. firewalld recreates it when it starts and when it reloads. */
    static final String TABLE = "firewalld";

    private static final Logger LOG = LoggerFactory.getLogger(Firewalld.class);
    private static final String NAME = "org.fedoraproject.FirewallD1";
    private static final String PATH = "/org/fedoraproject/FirewallD1";
    private static final String ZONE = "trusted";
    private static final Path BUS = Path.of("/run/dbus/system_bus_socket");

    private Firewalld() {}

    /** Whether firewalld is running. Does not start it. Takes some milliseconds. */
    static boolean isRunning() {
        if (!Files.exists(BUS)) return false;
        HostCommand query = busctl(
                "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", NAME);
        return query.exit() == 0 && query.output().strip().equals("b true");
    }

    /** Waits until firewalld has finished starting or reloading, for some seconds at most. */
    static void await() {
        if (isRunning()) busctl(NAME, PATH, NAME, "getDefaultZone");
    }

    /** Adds host ports to the zone, except those that are in another zone. */
    static void trust(Collection<NatNetwork> networks) {
        if (!isRunning()) return;
        for (NatNetwork network : networks) {
            String zone = zoneOf(network);
            if (zone.equals(ZONE)) continue;
            if (!zone.isEmpty()) {
                LOG.info("firewalld: {} is in zone {} and stays there", network.device(), zone);
                continue;
            }
            HostCommand added = zone("addInterface", "ss", ZONE, network.device());
            if (added.exit() == 0) LOG.info("firewalld: {} is added to zone {}", network.device(), ZONE);
            else
                LOG.warn(
                        "firewalld may reject packets from the containers of {}: {}; try 'firewall-cmd --zone={} --add-interface={}'",
                        network.device(),
                        added.error(),
                        ZONE,
                        network.device());
        }
    }

    /** Removes a host port from the zone. */
    static void distrust(NatNetwork network) {
        if (isRunning() && zoneOf(network).equals(ZONE)) zone("removeInterface", "ss", ZONE, network.device());
    }

    /** The zone of a host port; empty for none. */
    private static String zoneOf(NatNetwork network) {
        HostCommand query = zone("getZoneOfInterface", "s", network.device());
        if (query.exit() != 0) return "";
        return query.output().strip().replaceFirst("^s \"(.*)\"$", "$1");
    }

    private static HostCommand zone(String method, String... arguments) {
        List<String> words = new ArrayList<>(List.of(NAME, PATH, NAME + ".zone", method));
        words.addAll(List.of(arguments));
        return busctl(words.toArray(String[]::new));
    }

    private static HostCommand busctl(String... call) {
        List<String> words = new ArrayList<>(List.of("busctl", "--auto-start=no", "--timeout=8", "call"));
        words.addAll(List.of(call));
        return HostCommand.run("", words);
    }
}
