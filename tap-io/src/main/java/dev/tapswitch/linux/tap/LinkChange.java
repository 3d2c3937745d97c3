package dev.tapswitch.linux.tap;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tc.Shaper;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps that change a link from one specification to another. They change only what differs, with one exception: the kernel itself
 * removes routes when a link goes down, and the other addresses of an IPv4 subnet when its first address is removed. After such a step all
 * wanted addresses and routes are added again.
 */
record LinkChange(TapSpec from, TapSpec to) {
    /** Whether the link is the same in both specifications. */
    boolean isEmpty() {
        return from.mtu() == to.mtu()
                && !changesMac()
                && !changesSendLimit()
                && !changesReceiveLimit()
                && from.up() == to.up()
                && from.acceptRa() == to.acceptRa()
                && from.addresses().equals(to.addresses())
                && from.routes().equals(to.routes());
    }

    /** Applies the steps in the namespace of the calling thread. Stops at the first step that fails. */
    void apply(RtNetlink links, int index) throws DeviceException {
        boolean goesUp = to.up() && !from.up();
        List<IpPrefix> removedAddresses = without(from.addresses(), to.addresses());
        boolean addAll = goesUp || !removedAddresses.isEmpty();

        if (from.mtu() != to.mtu()) links.setMtu(index, to.mtu());
        if (changesMac()) links.setMac(index, to.mac());
        if (changesSendLimit()) new Shaper(links).limitSending(index, to.sendLimit(), to.mtu());
        if (changesReceiveLimit()) new Shaper(links).limitReceiving(index, to.device(), to.receiveLimit(), to.mtu());
        for (IpRoute route : without(from.routes(), to.routes())) links.removeRoute(index, route);
        for (IpPrefix address : removedAddresses) links.removeAddress(index, address);
        for (IpPrefix address : addAll ? to.addresses() : without(to.addresses(), from.addresses())) {
            links.addAddress(index, address);
        }
        if (from.up() != to.up()) links.setUp(index, to.up());
        if (!to.up()) return; // A route requires a link that is up. Routes are added when the link is set up.
        for (IpRoute route : addAll ? to.routes() : without(to.routes(), from.routes())) {
            links.addRoute(index, route);
        }
    }

    private boolean changesMac() {
        return to.mac() != TapSpec.ANY_MAC && from.mac() != to.mac();
    }

    /** A burst is at least one frame, so that the limits depend on the MTU. */
    private boolean changesSendLimit() {
        return !from.sendLimit().equals(to.sendLimit())
                || from.mtu() != to.mtu() && to.sendLimit().isSet();
    }

    private boolean changesReceiveLimit() {
        return !from.receiveLimit().equals(to.receiveLimit())
                || from.mtu() != to.mtu() && to.receiveLimit().isSet();
    }

    private static <T> List<T> without(List<T> all, List<T> removed) {
        List<T> rest = new ArrayList<>(all);
        rest.removeAll(removed);
        return rest;
    }
}
