package dev.tapswitch.control.switches;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.linux.tap.TapSpec;
import org.slf4j.LoggerFactory;

/**
 * Binds the MACs of interfaces to their ports, for host ports and ports with {@link PortSchema#BIND_MAC}: no other port can then take over the traffic to
 * them. These static entries are separate from those of the configuration, which take precedence. Must be called on the control thread.
 *
 * <p>If two ports have the same MAC, it is bound to a host port first, then to a port with a configured MAC. If both MACs were only observed, it is bound to
 * neither, because a container may change its own.
 */
final class MacBinding {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(MacBinding.class));

    private MacBinding() {}

    /** Updates the binding of a port. Must be called when the port opens, when it changes, and every second. */
    static void refresh(RunningSwitch sw, RunningPort port) {
        port.observeMac();
        long mac = port.macToBind();
        if (port.boundMac() != mac) release(sw, port);
        if (mac >= 0 && !isBound(sw, port, mac)) bind(sw, port, mac);
        AddressBinding.refresh(sw, port, mac >= 0 && isBound(sw, port, mac) ? mac : TapSpec.ANY_MAC);
    }

    private static void bind(RunningSwitch sw, RunningPort port, long mac) {
        if (sw.staticMacs.stream().anyMatch(each -> each.mac() == mac && each.vlan() == 0)) return;
        for (RunningPort rival : sw.ports()) {
            if (rival == port || rival.macToBind() != mac || rank(rival) < rank(port)) continue;
            if (rank(rival) == rank(port) && rival.boundMac() == mac) {
                LOG.warn("switch " + sw.name() + ": ports " + rival.config().name() + " and "
                        + port.config().name() + " have the same MAC, " + MacAddress.format(mac)
                        + ": it is bound to neither");
                release(sw, rival);
            }
            return;
        }
        if (sw.learning().macTable().addStatic(mac, 0, port.index(), Clock.nowMs())) port.boundMac(mac);
        else
            LOG.warn("switch " + sw.name() + ": MAC " + MacAddress.format(mac) + " can't be bound to port "
                    + port.config().name() + ": the table is full of static entries; raise mac-capacity");
    }

    private static int rank(RunningPort port) {
        if (port.isHostPort()) return 2;
        return port.config().get(PortSchema.MAC) >= 0 ? 1 : 0;
    }

    private static void release(RunningSwitch sw, RunningPort port) {
        long mac = port.boundMac();
        port.boundMac(TapSpec.ANY_MAC);
        boolean isOurs = mac >= 0
                && isBound(sw, port, mac)
                && sw.staticMacs.stream().noneMatch(each -> each.mac() == mac && each.vlan() == 0);
        if (isOurs) sw.learning().macTable().remove(mac, 0);
    }

    private static boolean isBound(RunningSwitch sw, RunningPort port, long mac) {
        return sw.learning().macTable().wouldLearn(mac, 0, port.index(), 0) == MacTable.STATIC_HERE;
    }
}
