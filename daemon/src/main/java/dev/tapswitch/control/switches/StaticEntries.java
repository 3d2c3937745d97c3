package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.List;

/** Adds configured MACs and neighbours to a switch's tables, and removes them. Must be called on the control thread. */
final class StaticEntries {
    private StaticEntries() {}

    static void add(RunningSwitch sw, StaticMac mac) throws RequestException {
        RunningPort port = sw.port(mac.port());
        if (port == null)
            throw new RequestException(Reason.NOT_FOUND, "switch " + sw.name() + " has no port " + mac.port());
        if (!sw.learning().macTable().addStatic(mac.mac(), mac.vlan(), port.index(), Clock.nowMs())) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "the MAC table of switch " + sw.name() + " is full of static entries: raise mac-capacity");
        }
        sw.staticMacs.add(mac);
    }

    /** Removes a configured MAC. Returns false if it was already removed together with its port. */
    static boolean remove(RunningSwitch sw, StaticMac mac) {
        if (!sw.staticMacs.remove(mac)) return false;
        sw.learning().macTable().remove(mac.mac(), mac.vlan());
        return true;
    }

    static void add(RunningSwitch sw, StaticNeighbour neighbour) throws RequestException {
        boolean added = sw.learning()
                .neighbourTable()
                .addStatic(neighbour.address().hi(), neighbour.address().lo(), 0, neighbour.mac(), Clock.nowMs());
        if (!added) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "the neighbour table of switch " + sw.name() + " is full: raise neighbour-capacity");
        }
        sw.neighbours.add(neighbour);
    }

    static void remove(RunningSwitch sw, StaticNeighbour neighbour) {
        sw.neighbours.remove(neighbour);
        sw.learning()
                .neighbourTable()
                .remove(neighbour.address().hi(), neighbour.address().lo(), 0);
    }

    /** The MACs that are bound to a port by configuration. */
    static List<StaticMac> of(RunningSwitch sw, String port) {
        return sw.staticMacs.stream().filter(mac -> mac.port().equals(port)).toList();
    }
}
