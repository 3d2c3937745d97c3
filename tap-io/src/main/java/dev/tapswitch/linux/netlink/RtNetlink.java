package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.IFA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFA_BROADCAST;
import static dev.tapswitch.linux.netlink.Netlink.IFA_F_NODAD;
import static dev.tapswitch.linux.netlink.Netlink.IFA_LOCAL;
import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_EXT_MASK;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINK;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINK_NETNSID;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TARGET_NETNSID;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_DUMP;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTA_DST;
import static dev.tapswitch.linux.netlink.Netlink.RTA_GATEWAY;
import static dev.tapswitch.linux.netlink.Netlink.RTA_OIF;
import static dev.tapswitch.linux.netlink.Netlink.RTEXT_FILTER_SKIP_STATS;
import static dev.tapswitch.linux.netlink.Netlink.RTMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RT_TABLE_MAIN;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Linux;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The links of the namespace that the calling thread is in, their addresses and routes, by rtnetlink. Each operation that adds is content
 * when what it adds is there, each that removes when it is not. Errors name the thing that could not be set. One thread.
 */
public final class RtNetlink implements AutoCloseable {
    private final NetlinkSocket netlink;

    public RtNetlink() throws DeviceException {
        try {
            netlink = new NetlinkSocket();
        } catch (NetlinkException e) {
            throw failed("rtnetlink", e);
        }
    }

    public Optional<LinkInfo> find(String name) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETLINK, 0)
                .link(0, 0, 0)
                .deviceName(IFLA_IFNAME, name)
                .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        try {
            return netlink.request(message).stream().findFirst().map(LinkInfo::of);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) return Optional.empty();
            throw failed("looking up the device", e);
        }
    }

    /** The TAP that has this MAC. */
    public Optional<LinkInfo> findTap(long mac) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP)
                .link(0, 0, 0)
                .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        try {
            return netlink.request(message).stream()
                    .filter(answer -> Arrays.equals(
                            new NetlinkAttributes(answer, IFINFOMSG_SIZE).bytes(IFLA_ADDRESS), bytes(mac)))
                    .map(LinkInfo::of)
                    .filter(LinkInfo::tap)
                    .findFirst();
        } catch (NetlinkException e) {
            throw failed("listing the devices", e);
        }
    }

    /** The MAC of a veth's other end, in whatever namespace it is, low 48 bits; empty where the pair is gone. */
    public OptionalLong peerMac(int index) throws DeviceException {
        NetlinkMessage ours =
                new NetlinkMessage(RTM_GETLINK, 0).link(index, 0, 0).attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        try {
            NetlinkAttributes end = new NetlinkAttributes(netlink.request(ours).getFirst(), IFINFOMSG_SIZE);
            NetlinkMessage theirs = new NetlinkMessage(RTM_GETLINK, 0).link(end.number(IFLA_LINK, 0), 0, 0);
            int namespace = end.number(IFLA_LINK_NETNSID, -1);
            if (namespace >= 0) theirs.attribute(IFLA_TARGET_NETNSID, namespace);
            theirs.attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
            byte[] mac = new NetlinkAttributes(netlink.request(theirs).getFirst(), IFINFOMSG_SIZE).bytes(IFLA_ADDRESS);
            return mac.length == 6 ? OptionalLong.of(number(mac)) : OptionalLong.empty();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) return OptionalLong.empty();
            throw failed("looking up the other end of a veth", e);
        }
    }

    public void setMtu(int index, int mtu) throws DeviceException {
        act("mtu " + mtu, new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_MTU, mtu));
    }

    public void setMac(int index, long mac) throws DeviceException {
        NetlinkMessage message =
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_ADDRESS, bytes(mac));
        act("mac " + MacAddress.format(mac), message);
    }

    public void setUp(int index, boolean up) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, 0).link(index, up ? Linux.IFF_UP : 0, Linux.IFF_UP);
        act(up ? "link up" : "link down", message);
    }

    /**
     * An IPv6 address is added without duplicate address detection (IFA_F_NODAD), so that it can be used at once and not a second later: the
     * one who wrote it into a configuration answers for its being unique, as Docker does for the addresses it gives.
     */
    public void addAddress(int index, IpPrefix address) throws DeviceException {
        int flags = address.isV4() ? 0 : IFA_F_NODAD;
        NetlinkMessage message = address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, flags, index, address);
        // RFC 3021: a /31 has no broadcast address, nor has a /32.
        if (address.isV4() && address.length() < 31)
            message.attribute(IFA_BROADCAST, address.last().bytes());
        act("address " + address, message, Errno.EEXIST);
    }

    public void removeAddress(int index, IpPrefix address) throws DeviceException {
        act("removing address " + address, address(RTM_DELADDR, 0, 0, index, address), Errno.EADDRNOTAVAIL);
    }

    private static NetlinkMessage address(int type, int messageFlags, int flags, int index, IpPrefix address) {
        return new NetlinkMessage(type, messageFlags)
                .address(family(address), address.length(), flags, index)
                .attribute(IFA_LOCAL, address.address().bytes())
                .attribute(IFA_ADDRESS, address.address().bytes());
    }

    public void addRoute(int index, IpRoute route) throws DeviceException {
        try {
            netlink.request(route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, index, route));
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) throw failed("route \"" + route + "\"", e);
            if (!hasRoute(index, route)) {
                throw new DeviceException(
                        Errno.EEXIST,
                        "route \"" + route
                                + "\": another route to the same destination exists in there; remove one of the two");
            }
        }
    }

    public void removeRoute(int index, IpRoute route) throws DeviceException {
        act("removing route \"" + route + "\"", route(RTM_DELROUTE, 0, index, route), Errno.ESRCH);
    }

    private static NetlinkMessage route(int type, int flags, int index, IpRoute route) {
        IpPrefix to = route.destination();
        NetlinkMessage message = new NetlinkMessage(type, flags).route(family(to), to.length());
        if (to.length() > 0) message.attribute(RTA_DST, to.address().bytes());
        return message.attribute(RTA_GATEWAY, route.gateway().bytes()).attribute(RTA_OIF, index);
    }

    private boolean hasRoute(int index, IpRoute route) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP)
                .routesOf(family(route.destination()))
                .attribute(RTA_OIF, index);
        try {
            List<byte[]> answers = netlink.request(message);
            return answers.stream().anyMatch(answer -> isRoute(answer, index, route));
        } catch (NetlinkException e) {
            throw failed("listing routes", e);
        }
    }

    /** struct rtmsg: the destination's length is its second byte, the table its fifth. */
    private static boolean isRoute(byte[] answer, int index, IpRoute route) {
        NetlinkAttributes attributes = new NetlinkAttributes(answer, RTMSG_SIZE);
        IpPrefix to = route.destination();
        return Byte.toUnsignedInt(answer[1]) == to.length()
                && Byte.toUnsignedInt(answer[4]) == RT_TABLE_MAIN
                && (to.length() == 0
                        || Arrays.equals(attributes.bytes(RTA_DST), to.address().bytes()))
                && Arrays.equals(attributes.bytes(RTA_GATEWAY), route.gateway().bytes())
                && attributes.number(RTA_OIF, 0) == index;
    }

    /** Carries out a request; {@code content} are the errnos that say that there was nothing left to do. */
    public void act(String what, NetlinkMessage message, int... content) throws DeviceException {
        try {
            netlink.request(message);
        } catch (NetlinkException e) {
            if (Arrays.stream(content).noneMatch(errno -> errno == e.errno())) throw failed(what, e);
        }
    }

    private static int family(IpPrefix prefix) {
        return prefix.isV4() ? Linux.AF_INET : Linux.AF_INET6;
    }

    static byte[] bytes(long mac) {
        byte[] bytes = new byte[6];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (mac >>> (40 - 8 * i));
        return bytes;
    }

    static long number(byte[] mac) {
        long number = 0;
        for (byte each : mac) number = number << 8 | Byte.toUnsignedInt(each);
        return number;
    }

    public static DeviceException failed(String what, NetlinkException e) {
        String advice = e.errno() == Errno.EPERM ? "; run as root (or with CAP_NET_ADMIN)" : "";
        return new DeviceException(e.errno(), what + ": " + e.getMessage() + advice, e);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
