package dev.tapswitch.linux.tap;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tc.Shaper;
import java.util.ArrayList;
import java.util.List;

/**
 * What it takes to bring a link from one specification to another. Only what differs is touched, with one exception: the kernel drops
 * addresses and routes of its own accord (routes when a link goes down, an IPv4 subnet's other addresses when its first is removed), so
 * after such a step those that should be there are all added again.
 */
record LinkChange(TapSpec from, TapSpec to) {
    boolean isEmpty() {
        return from.mtu() == to.mtu()
                && !changesMac()
                && !changesSendLimit()
                && !changesReceiveLimit()
                && from.up() == to.up()
                && from.acceptRa() == to.acceptRa()
                && from.prefixes().equals(to.prefixes())
                && from.parsedRoutes().equals(to.parsedRoutes());
    }

    /** Applies it in the namespace that the thread is in. Stops at the first step that fails. */
    void apply(RtNetlink links, int index) throws DeviceException {
        boolean goesUp = to.up() && !from.up();
        List<IpPrefix> goneAddresses = without(from.prefixes(), to.prefixes());
        boolean disturbed = goesUp || !goneAddresses.isEmpty();

        if (from.mtu() != to.mtu()) links.setMtu(index, to.mtu());
        if (changesMac()) links.setMac(index, to.mac());
        if (changesSendLimit()) new Shaper(links).limitSending(index, to.sendLimit(), to.mtu());
        if (changesReceiveLimit()) new Shaper(links).limitReceiving(index, to.device(), to.receiveLimit(), to.mtu());
        for (IpRoute route : without(from.parsedRoutes(), to.parsedRoutes())) links.removeRoute(index, route);
        for (IpPrefix address : goneAddresses) links.removeAddress(index, address);
        for (IpPrefix address : disturbed ? to.prefixes() : without(to.prefixes(), from.prefixes())) {
            links.addAddress(index, address);
        }
        if (from.up() != to.up()) links.setUp(index, to.up());
        if (!to.up()) return; // A route needs a link that is up; they come when it does.
        for (IpRoute route : disturbed ? to.parsedRoutes() : without(to.parsedRoutes(), from.parsedRoutes())) {
            links.addRoute(index, route);
        }
    }

    private boolean changesMac() {
        return to.mac() != TapSpec.ANY_MAC && from.mac() != to.mac();
    }

    private boolean changesSendLimit() {
        return !from.sendLimit().equals(to.sendLimit())
                || from.mtu() != to.mtu() && to.sendLimit().isSet();
    }

    /** A burst is at least one frame, so it has to do with the MTU. */
    private boolean changesReceiveLimit() {
        return !from.receiveLimit().equals(to.receiveLimit())
                || from.mtu() != to.mtu() && to.receiveLimit().isSet();
    }

    private static <T> List<T> without(List<T> all, List<T> those) {
        List<T> rest = new ArrayList<>(all);
        rest.removeAll(those);
        return rest;
    }
}
