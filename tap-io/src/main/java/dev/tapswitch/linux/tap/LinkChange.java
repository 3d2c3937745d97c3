package dev.tapswitch.linux.tap;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.HostLinkSettings;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tc.RateLimit;
import dev.tapswitch.linux.tc.Shaper;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps that change a link from one specification to another. They change only what differs, with one exception: the kernel itself
 * removes routes when a link goes down, and the other addresses of an IPv4 subnet when its first address is removed. After such a step all
 * wanted addresses and routes are added again.
 */
public record LinkChange(TapSpec from, TapSpec to) {
    /**
     * Configures a link as specified, in the namespace of the calling thread. On a link that is not new it keeps addresses that are not in the
     * specification, and {@code up == false} does not set it down: a container runtime may have configured both.
     */
    public static void setUp(RtNetlink links, LinkInfo link, TapSpec wanted, boolean isNew) throws DeviceException {
        // Before the link is up, so that no router advertisement is accepted.
        HostLinkSettings.apply(link.name(), wanted.acceptRa());
        new LinkChange(asFound(link, wanted, isNew), wanted).apply(links, link.index());
    }

    /** The current link as a specification: of the wanted settings only MTU and link state are known, and all others are to be applied. */
    private static TapSpec asFound(LinkInfo link, TapSpec wanted, boolean isNew) {
        RateLimit limit = isNew ? RateLimit.NONE : RateLimit.UNKNOWN;
        return wanted.toBuilder()
                .mtu(link.mtu())
                .mac(TapSpec.ANY_MAC)
                .up(wanted.up() && link.isUp())
                .addresses(List.of())
                .routes(List.of())
                .sendLimit(limit)
                .receiveLimit(limit)
                .build();
    }

    /** Whether the link is the same in both specifications. */
    public boolean isEmpty() {
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

    /** Applies the steps, and reverts them as far as possible if one fails. */
    public void applyOrRevert(RtNetlink links, LinkInfo link) throws DeviceException {
        try {
            apply(links, link.index());
            // The kernel resets the IPv6 settings of an interface when its MTU gets too small for IPv6.
            HostLinkSettings.apply(link.name(), to.acceptRa());
        } catch (DeviceException e) {
            try {
                new LinkChange(to, from).apply(links, link.index());
            } catch (DeviceException again) {
                e.addSuppressed(again);
            }
            throw e;
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
