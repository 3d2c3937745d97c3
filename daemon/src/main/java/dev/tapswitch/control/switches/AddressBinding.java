package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.frame.AddressProbe;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.table.NeighbourTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Binds the IP addresses of a port's interface to its MAC, if that MAC is bound to the port: the configured addresses, and the IPv6 link-local address derived
 * from the MAC. No other station can then claim them. These static neighbours are separate from those of the configuration, which take precedence.
 * Must be called on the control thread.
 */
final class AddressBinding {
    private AddressBinding() {}

    /** Updates the bindings of a port. {@code mac}: the MAC that is bound to the port; -1 for none. */
    static void refresh(RunningSwitch sw, RunningPort port, long mac) {
        if (port.addressesMac != mac) release(sw, port);
        Set<IpAddress> wanted = mac < 0 ? Set.of() : addresses(port.config(), mac);
        for (IpAddress address : List.copyOf(port.boundAddresses)) {
            if (!wanted.contains(address)) release(sw, port, address);
        }
        port.addressesMac = mac;
        for (IpAddress address : wanted) {
            if (bind(sw, address, mac)) port.boundAddresses.add(address);
        }
    }

    /** Removes the bindings of a port. Must be called before the port is removed. */
    static void release(RunningSwitch sw, RunningPort port) {
        for (IpAddress address : List.copyOf(port.boundAddresses)) release(sw, port, address);
    }

    private static Set<IpAddress> addresses(PortConfig port, long mac) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        for (String address : port.get(PortSchema.ADDRESSES))
            addresses.add(IpPrefix.parse(address).address());
        if (!addresses.isEmpty()) addresses.add(linkLocal(mac));
        return addresses;
    }

    /** The link-local address that a station derives from its MAC (RFC 4291, appendix A). */
    private static IpAddress linkLocal(long mac) {
        return new IpAddress(AddressProbe.LINK_LOCAL, AddressProbe.interfaceIdentifier(mac));
    }

    /** Binds an address to a MAC, unless a user or another port has bound it. Returns whether it is bound to this MAC now. */
    private static boolean bind(RunningSwitch sw, IpAddress address, long mac) {
        if (isUsers(sw, address)) return false;
        long owner = owner(sw, address);
        if (owner == (mac | NeighbourTable.BOUND)) return true;
        boolean isFree = owner == NeighbourTable.MISS || (owner & NeighbourTable.BOUND) == 0;
        return isFree && sw.learning().neighbourTable().addStatic(address.hi(), address.lo(), 0, mac, Clock.nowMs());
    }

    private static void release(RunningSwitch sw, RunningPort port, IpAddress address) {
        port.boundAddresses.remove(address);
        boolean isOurs = !isUsers(sw, address) && owner(sw, address) == (port.addressesMac | NeighbourTable.BOUND);
        if (isOurs) sw.learning().neighbourTable().remove(address.hi(), address.lo(), 0);
    }

    private static boolean isUsers(RunningSwitch sw, IpAddress address) {
        return sw.neighbours.stream().anyMatch(each -> each.address().equals(address));
    }

    private static long owner(RunningSwitch sw, IpAddress address) {
        return sw.learning().neighbourTable().owner(address.hi(), address.lo(), 0, Clock.nowMs(), Long.MAX_VALUE);
    }
}
