package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_DISABLED;
import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_FORWARDING;
import static dev.tapswitch.linux.netlink.Netlink.IFADDRMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFA_F_DADFAILED;
import static dev.tapswitch.linux.netlink.Netlink.IFA_LOCAL;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_BCAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_FLUSH;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_LEARNING;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_LOCKED;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_MCAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_STATE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_UNICAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_EXT_MASK;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MASTER;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_PROTINFO;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_DUMP;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTEXT_FILTER_SKIP_STATS;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_SETLINK;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netns.HostLinkSettings;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The kernel's bridges in the namespace of the calling thread, and their ports, by rtnetlink. One thread. */
public final class BridgePorts implements AutoCloseable {
    private static final byte[] ON = {1};
    private static final byte[] OFF = {0};

    private final NetlinkSocket netlink;

    public BridgePorts() throws DeviceException {
        try {
            netlink = new NetlinkSocket();
        } catch (NetlinkException e) {
            throw RtNetlink.failed("rtnetlink", e);
        }
    }

    /** All the links of the namespace. */
    public List<HostLink> links() throws DeviceException {
        return list(allLinks());
    }

    /** All the bridges of the namespace. */
    List<HostLink> bridges() throws DeviceException {
        // The kernel lists those only, where it knows how to.
        NetlinkMessage message = allLinks().nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "bridge"));
        return list(message).stream()
                .filter(link -> link.kind().equals("bridge"))
                .toList();
    }

    /** All the ports of a bridge. */
    List<HostLink> portsOf(int bridge) throws DeviceException {
        return list(allLinks().attribute(IFLA_MASTER, bridge)).stream()
                .filter(link -> link.master() == bridge)
                .toList();
    }

    private static NetlinkMessage allLinks() {
        return new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP)
                .link(0, 0, 0)
                .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    private List<HostLink> list(NetlinkMessage message) throws DeviceException {
        try {
            return netlink.request(message).stream().map(HostLink::of).toList();
        } catch (NetlinkException e) {
            throw RtNetlink.failed("listing the devices", e);
        }
    }

    /** The IP addresses that a link has, but those that duplicate address detection found taken. */
    public List<IpAddress> addresses(int index) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).address(0, 0, 0, 0);
        try {
            return netlink.request(message).stream()
                    .filter(answer -> isOf(answer, index))
                    .map(BridgePorts::address)
                    .toList();
        } catch (NetlinkException e) {
            throw RtNetlink.failed("listing the addresses", e);
        }
    }

    /** struct ifaddrmsg: family, prefix length, flags and scope, a byte each, then the link's index. */
    private static boolean isOf(byte[] answer, int index) {
        return (answer[2] & IFA_F_DADFAILED) == 0
                && ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(4) == index;
    }

    private static IpAddress address(byte[] answer) {
        NetlinkAttributes attributes = new NetlinkAttributes(answer, IFADDRMSG_SIZE);
        byte[] local = attributes.bytes(IFA_LOCAL);
        return IpAddress.of(local.length > 0 ? local : attributes.bytes(IFA_ADDRESS));
    }

    /** Makes a bridge that holds an address, "172.17.0.1/16", and is up. Its MAC is given, lest it change with its ports. */
    public void make(String bridge, IpPrefix address, long mac) throws DeviceException {
        act(
                "making bridge " + bridge,
                new NetlinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
                        .link(0, 0, 0)
                        .deviceName(IFLA_IFNAME, bridge)
                        .attribute(IFLA_ADDRESS, RtNetlink.bytes(mac))
                        .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "bridge")));
        try (RtNetlink links = new RtNetlink()) {
            int index = links.find(bridge)
                    .orElseThrow(() -> new DeviceException(
                            DeviceException.Kind.GONE, "bridge " + bridge + " was removed while it was set up"))
                    .index();
            HostLinkSettings.apply(bridge, false);
            links.addAddress(index, address);
            links.setUp(index, true);
        }
    }

    /** Makes a link a port of a bridge; of none where {@code bridge} is 0. */
    public void setMaster(int index, int bridge) throws DeviceException {
        act(
                "making it a port of its bridge",
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_MASTER, bridge));
    }

    /**
     * From now on nothing passes this port of a bridge, in neither direction. What comes in is dropped behind the packet sockets that read it.
     *
     * <p>Twice, for neither way alone serves: a locked port takes in no frame of a station that the bridge has not learned there (br_input.c),
     * which it then never does, but Linux knows this since 5.18. A disabled one takes in none on any Linux, but is
     * enabled by the kernel whenever its link changes: {@link HostLink#isShut} tells that this is to be done again.
     */
    public void shut(int index) throws DeviceException {
        act("shutting its bridge's port", port(index, true));
        NetlinkMessage disabled = new NetlinkMessage(RTM_SETLINK, 0)
                .bridgePort(index)
                .nested(IFLA_PROTINFO, port -> port.attribute(IFLA_BRPORT_STATE, new byte[] {BR_STATE_DISABLED}));
        act("disabling its bridge's port", disabled);
    }

    /** The port is its bridge's again, as Docker made it. */
    public void restore(int index) throws DeviceException {
        NetlinkMessage forwarding = new NetlinkMessage(RTM_SETLINK, 0)
                .bridgePort(index)
                .nested(IFLA_PROTINFO, port -> port.attribute(IFLA_BRPORT_STATE, new byte[] {BR_STATE_FORWARDING}));
        try {
            act("opening its bridge's port", port(index, false));
        } finally {
            act("enabling its bridge's port", forwarding);
        }
    }

    private static NetlinkMessage port(int index, boolean isShut) {
        return new NetlinkMessage(RTM_SETLINK, 0)
                .bridgePort(index)
                .nested(
                        IFLA_PROTINFO,
                        port -> port.attribute(IFLA_BRPORT_LEARNING, isShut ? OFF : ON)
                                .attribute(IFLA_BRPORT_UNICAST_FLOOD, isShut ? OFF : ON)
                                .attribute(IFLA_BRPORT_MCAST_FLOOD, isShut ? OFF : ON)
                                .attribute(IFLA_BRPORT_BCAST_FLOOD, isShut ? OFF : ON)
                                .attribute(IFLA_BRPORT_LOCKED, isShut ? ON : OFF)
                                .attribute(IFLA_BRPORT_FLUSH, new byte[0]));
    }

    /** A link that is down, or has no carrier, has a disabled port anyway, and the kernel enables it in due time. */
    private void act(String what, NetlinkMessage message) throws DeviceException {
        try {
            netlink.request(message);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ENETDOWN) throw RtNetlink.failed(what, e);
        }
    }

    @Override
    public void close() {
        netlink.close();
    }
}
