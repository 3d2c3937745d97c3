package dev.tapswitch.control.switches;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.linux.tap.TapSpec;
import org.slf4j.LoggerFactory;

/**
 * Binds the MACs of interfaces to their ports, of host ports and where {@link PortSchema#BIND_MAC} is set: no other port can then take the traffic to
 * them. These static entries are kept apart from those that users make, which come first. Control thread only.
 *
 * <p>Where two ports have the same MAC, a host port's comes first, then one that is configured. Between two that were only seen, as the
 * containers of Docker's default network are, nothing tells which one is right, for a container may change its own: it is bound to neither.
 */
final class MacBinding {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(MacBinding.class));

    private MacBinding() {}

    /** Makes a port's binding what it should be; called when it opens, when it changes, and every second. */
    static void refresh(RunningSwitch one, RunningPort port) {
        port.observeMac();
        long mac = port.macToBind();
        if (port.boundMac() != mac) release(one, port);
        if (mac >= 0 && !isBound(one, port, mac)) bind(one, port, mac);
        AddressBinding.refresh(one, port, mac >= 0 && isBound(one, port, mac) ? mac : TapSpec.ANY_MAC);
    }

    private static void bind(RunningSwitch one, RunningPort port, long mac) {
        if (one.staticMacs.stream().anyMatch(each -> each.mac() == mac && each.vlan() == 0)) return;
        for (RunningPort rival : one.ports()) {
            if (rival == port || rival.macToBind() != mac || rank(rival) < rank(port)) continue;
            if (rank(rival) == rank(port) && rival.boundMac() == mac) {
                LOG.warn("switch " + one.name() + ": ports " + rival.config().name() + " and "
                        + port.config().name() + " have the same MAC, " + MacAddress.format(mac)
                        + ": it is bound to neither");
                release(one, rival);
            }
            return;
        }
        if (one.learning().macTable().addStatic(mac, 0, port.index(), Clock.nowMs())) port.boundMac(mac);
        else
            LOG.warn("switch " + one.name() + ": MAC " + MacAddress.format(mac) + " can't be bound to port "
                    + port.config().name() + ": the table is full of static entries; raise mac-capacity");
    }

    private static int rank(RunningPort port) {
        if (port.isHostPort()) return 2;
        return port.config().get(PortSchema.MAC) >= 0 ? 1 : 0;
    }

    private static void release(RunningSwitch one, RunningPort port) {
        long mac = port.boundMac();
        port.boundMac(TapSpec.ANY_MAC);
        boolean isOurs = mac >= 0
                && isBound(one, port, mac)
                && one.staticMacs.stream().noneMatch(each -> each.mac() == mac && each.vlan() == 0);
        if (isOurs) one.learning().macTable().remove(mac, 0);
    }

    private static boolean isBound(RunningSwitch one, RunningPort port, long mac) {
        return one.learning().macTable().wouldLearn(mac, 0, port.index(), 0) == MacTable.STATIC_HERE;
    }
}
