package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_DISABLED;
import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_FORWARDING;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_BCAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_FLUSH;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_LEARNING;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_LOCKED;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_MCAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_STATE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_UNICAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MASTER;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_PROTINFO;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_SETLINK;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netns.HostLinkSettings;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import java.util.List;

/** The kernel's bridges and their ports, in the namespace of an {@link RtNetlink} and with its thread rules. */
public final class BridgePorts {
    private static final String BRIDGE = "bridge";
    private static final byte[] ON = {1};
    private static final byte[] OFF = {0};

    private final RtNetlink links;

    public BridgePorts(RtNetlink links) {
        this.links = links;
    }

    /** All bridges. */
    List<LinkInfo> bridges() throws DeviceException {
        // Kernels that know this filter list bridges only; others list all links.
        NetlinkMessage bridges =
                RtNetlink.listLinks().nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, BRIDGE));
        return links.list(bridges).stream()
                .filter(link -> link.kind().equals(BRIDGE))
                .toList();
    }

    /** All ports of a bridge. */
    List<LinkInfo> portsOf(int bridge) throws DeviceException {
        return links.list(RtNetlink.listLinks().attribute(IFLA_MASTER, bridge)).stream()
                .filter(link -> link.master() == bridge)
                .toList();
    }

    /**
     * Creates a bridge with an address and sets it up.
     *
     * @param mac the bridge's MAC, in the low 48 bits; without one the kernel would change it with each port
     */
    public void create(String bridge, IpPrefix address, long mac) throws DeviceException {
        links.request(
                "creating bridge " + bridge,
                new NetlinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
                        .link(0, 0, 0)
                        .deviceName(IFLA_IFNAME, bridge)
                        .mac(IFLA_ADDRESS, mac)
                        .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, BRIDGE)));
        int index = links.find(bridge)
                .orElseThrow(() ->
                        new DeviceException(Kind.GONE, "bridge " + bridge + " was removed while it was configured"))
                .index();
        HostLinkSettings.apply(bridge, false);
        links.addAddress(index, address);
        links.setUp(index, true);
    }

    /** Makes a link a port of a bridge, or of no bridge if {@code bridge} is 0. */
    public void setMaster(int index, int bridge) throws DeviceException {
        links.request(
                bridge == 0 ? "removing a port from its bridge" : "adding a port to a bridge",
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_MASTER, bridge));
    }

    /**
     * Shuts a port of a bridge: the bridge neither receives from it nor sends to it. Packet sockets on the link still receive its frames.
     *
     * <p>This locks the port and disables it, because neither suffices. A locked port accepts no frame from a station that the bridge has
     * not learned there (net/bridge/br_input.c), and it learns none; but Linux locks ports only since 5.18. A disabled port accepts no
     * frames on any kernel, but the kernel enables it again whenever the link's state changes. {@link LinkInfo#isShut} is false then, and
     * the caller must shut the port again.
     */
    public void shut(int index) throws DeviceException {
        change("shutting its bridge's port", settings(index, true));
        change("disabling its bridge's port", state(index, BR_STATE_DISABLED));
    }

    /** Reverts {@link #shut}, to the settings with which Docker creates ports. */
    public void restore(int index) throws DeviceException {
        try {
            change("restoring its bridge's port", settings(index, false));
        } finally {
            change("enabling its bridge's port", state(index, BR_STATE_FORWARDING));
        }
    }

    private static NetlinkMessage settings(int index, boolean isShut) {
        byte[] ordinary = isShut ? OFF : ON;
        return new NetlinkMessage(RTM_SETLINK, 0)
                .bridgePort(index)
                .nested(
                        IFLA_PROTINFO,
                        port -> port.attribute(IFLA_BRPORT_LEARNING, ordinary)
                                .attribute(IFLA_BRPORT_UNICAST_FLOOD, ordinary)
                                .attribute(IFLA_BRPORT_MCAST_FLOOD, ordinary)
                                .attribute(IFLA_BRPORT_BCAST_FLOOD, ordinary)
                                .attribute(IFLA_BRPORT_LOCKED, isShut ? ON : OFF)
                                .attribute(IFLA_BRPORT_FLUSH, new byte[0]));
    }

    private static NetlinkMessage state(int index, int state) {
        return new NetlinkMessage(RTM_SETLINK, 0)
                .bridgePort(index)
                .nested(IFLA_PROTINFO, port -> port.attribute(IFLA_BRPORT_STATE, new byte[] {(byte) state}));
    }

    /** ENETDOWN: the port of a link that is down or has no carrier is disabled anyway; the kernel enables it when the link comes up. */
    private void change(String what, NetlinkMessage message) throws DeviceException {
        links.request(what, message, Errno.ENETDOWN);
    }
}
