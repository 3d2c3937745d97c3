package dev.tapswitch.containers.firewall;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * firewalld rejects what comes from an interface of no zone: our host ports are put into its zone {@code trusted}, as Docker puts its bridges into
 * one that accepts all. Said over D-Bus, to the firewalld that runs and not to its files: nothing of it stays when it
 * reloads or ends, so that it has to be said again.
 */
final class Firewalld {
    /** Its table, which is made anew when it starts and when it reloads. */
    static final String TABLE = "firewalld";

    private static final Logger LOG = LoggerFactory.getLogger(Firewalld.class);
    private static final String NAME = "org.fedoraproject.FirewallD1";
    private static final String PATH = "/org/fedoraproject/FirewallD1";
    private static final String ZONE = "trusted";
    private static final Path BUS = Path.of("/run/dbus/system_bus_socket");

    private Firewalld() {}

    /** Whether it runs; asking does not start it. Some milliseconds. */
    static boolean isThere() {
        if (!Files.exists(BUS)) return false;
        HostCommand asked = busctl(
                "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", NAME);
        return asked.exit() == 0 && asked.output().strip().equals("b true");
    }

    /** Has one that is about to start, or to reload, do so first; some seconds at most. */
    static void await() {
        if (isThere()) busctl(NAME, PATH, NAME, "getDefaultZone");
    }

    /** Puts host ports into the zone, where they are in none. */
    static void trust(Collection<NatNetwork> networks) {
        if (!isThere()) return;
        for (NatNetwork network : networks) {
            String zone = zoneOf(network);
            if (zone.equals(ZONE)) continue;
            if (!zone.isEmpty()) {
                LOG.info("firewalld has {} in its zone {}: left there", network.device(), zone);
                continue;
            }
            HostCommand added = zone("addInterface", "ss", ZONE, network.device());
            if (added.exit() == 0) LOG.info("firewalld: {} is in its zone {} now", network.device(), ZONE);
            else
                LOG.warn(
                        "firewalld keeps the containers of {} from going out: {}; try 'firewall-cmd --zone={} --add-interface={}'",
                        network.device(),
                        added.complaint(),
                        ZONE,
                        network.device());
        }
    }

    /** Takes a host port out of the zone. */
    static void forget(NatNetwork network) {
        if (isThere() && zoneOf(network).equals(ZONE)) zone("removeInterface", "ss", ZONE, network.device());
    }

    /** Empty for none. */
    private static String zoneOf(NatNetwork network) {
        HostCommand asked = zone("getZoneOfInterface", "s", network.device());
        if (asked.exit() != 0) return "";
        return asked.output().strip().replaceFirst("^s \"(.*)\"$", "$1");
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
