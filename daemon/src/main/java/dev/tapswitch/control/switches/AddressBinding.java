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
 * Binds the addresses of interfaces to their MACs where the MAC is bound to the port: those that are configured, and the link-local address
 * that follows from the MAC. No other station can then claim them. These static neighbours are kept apart from those that users make, which come
 * first. Control thread only.
 */
final class AddressBinding {
    private AddressBinding() {}

    /** Makes a port's bindings what they should be. {@code mac}: what is bound to the port; -1 for none. */
    static void refresh(RunningSwitch one, RunningPort port, long mac) {
        if (port.addressesMac != mac) release(one, port);
        Set<IpAddress> wanted = mac < 0 ? Set.of() : addresses(port.config(), mac);
        for (IpAddress address : List.copyOf(port.boundAddresses)) {
            if (!wanted.contains(address)) release(one, port, address);
        }
        port.addressesMac = mac;
        for (IpAddress address : wanted) {
            if (bind(one, address, mac)) port.boundAddresses.add(address);
        }
    }

    /** To be called before a port is removed. */
    static void release(RunningSwitch one, RunningPort port) {
        for (IpAddress address : List.copyOf(port.boundAddresses)) release(one, port, address);
    }

    private static Set<IpAddress> addresses(PortConfig port, long mac) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        for (String address : port.get(PortSchema.ADDRESSES))
            addresses.add(IpPrefix.parse(address).address());
        if (!addresses.isEmpty()) addresses.add(linkLocal(mac));
        return addresses;
    }

    /** False where the address is another's already, by a user's word or another port's. */
    /** The link-local address that a station makes from its MAC (RFC 4291, appendix A). */
    private static IpAddress linkLocal(long mac) {
        return new IpAddress(AddressProbe.LINK_LOCAL, AddressProbe.interfaceIdentifier(mac));
    }

    private static boolean bind(RunningSwitch one, IpAddress address, long mac) {
        if (isUsers(one, address)) return false;
        long owner = owner(one, address);
        if (owner == (mac | NeighbourTable.BOUND)) return true;
        boolean isFree = owner == NeighbourTable.MISS || (owner & NeighbourTable.BOUND) == 0;
        return isFree && one.learning().neighbourTable().addStatic(address.hi(), address.lo(), 0, mac, Clock.nowMs());
    }

    private static void release(RunningSwitch one, RunningPort port, IpAddress address) {
        port.boundAddresses.remove(address);
        boolean isOurs = !isUsers(one, address) && owner(one, address) == (port.addressesMac | NeighbourTable.BOUND);
        if (isOurs) one.learning().neighbourTable().remove(address.hi(), address.lo(), 0);
    }

    private static boolean isUsers(RunningSwitch one, IpAddress address) {
        return one.neighbours.stream().anyMatch(each -> each.address().equals(address));
    }

    private static long owner(RunningSwitch one, IpAddress address) {
        return one.learning().neighbourTable().owner(address.hi(), address.lo(), 0, Clock.nowMs(), Long.MAX_VALUE);
    }
}
