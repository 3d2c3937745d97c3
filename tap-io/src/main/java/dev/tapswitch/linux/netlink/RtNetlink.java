package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.IFADDRMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFA_BROADCAST;
import static dev.tapswitch.linux.netlink.Netlink.IFA_F_DADFAILED;
import static dev.tapswitch.linux.netlink.Netlink.IFA_F_NODAD;
import static dev.tapswitch.linux.netlink.Netlink.IFA_LOCAL;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_EXT_MASK;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_GROUP;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_GRO_IPV4_MAX_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_GSO_IPV4_MAX_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFALIAS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_NET_NS_FD;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_DUMP;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTA_DST;
import static dev.tapswitch.linux.netlink.Netlink.RTA_GATEWAY;
import static dev.tapswitch.linux.netlink.Netlink.RTA_OIF;
import static dev.tapswitch.linux.netlink.Netlink.RTEXT_FILTER_SKIP_STATS;
import static dev.tapswitch.linux.netlink.Netlink.RTMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWADDR;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWROUTE;
import static dev.tapswitch.linux.netlink.Netlink.RT_TABLE_MAIN;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The links, addresses and routes of a network namespace, through rtnetlink(7). The namespace is that of the thread that creates the
 * object, and only that thread may use it (except {@link #shared}). Operations that add succeed if the object exists already, and operations that remove succeed if
 * it does not. Errors name the setting that could not be applied.
 */
public final class RtNetlink implements AutoCloseable {
    /** Requests to the kernel about the links of a namespace. */
    @FunctionalInterface
    public interface Requests<T> {
        T run(RtNetlink links) throws DeviceException;
    }

    private final NetlinkSocket netlink;

    @SuppressWarnings("MustBeClosedChecker") // the socket closes the arena
    public RtNetlink() throws DeviceException {
        this(Arena.ofConfined());
    }

    private RtNetlink(Arena arena) throws DeviceException {
        try {
            netlink = new NetlinkSocket(arena);
        } catch (NetlinkException e) {
            throw failed("opening an rtnetlink socket", e);
        }
    }

    /** Opens the calling thread's namespace for use by any thread, by one thread at a time. */
    @SuppressWarnings("MustBeClosedChecker") // the socket closes the arena
    public static RtNetlink shared() throws DeviceException {
        return new RtNetlink(Arena.ofShared());
    }

    /** The link with this name; empty if there is none. */
    public Optional<LinkInfo> find(String name) throws DeviceException {
        return link(new NetlinkMessage(RTM_GETLINK, 0).link(0, 0, 0).deviceName(IFLA_IFNAME, name))
                .map(LinkInfo::of);
    }

    /** The link with this index; empty if there is none. */
    public Optional<LinkInfo> find(int index) throws DeviceException {
        return link(new NetlinkMessage(RTM_GETLINK, 0).link(index, 0, 0)).map(LinkInfo::of);
    }

    /** The payload of the reply to a request for one link; empty if there is none. */
    Optional<byte[]> link(NetlinkMessage message) throws DeviceException {
        try {
            return netlink.request(message.attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)).stream()
                    .findFirst();
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) return Optional.empty();
            throw failed("finding the link", e);
        }
    }

    /** A link that has this MAC and that {@code kind} accepts; empty if there is none. */
    public Optional<LinkInfo> find(long mac, Predicate<LinkInfo> kind) throws DeviceException {
        return links().stream()
                .filter(link -> link.mac() == mac && kind.test(link))
                .findFirst();
    }

    /** All links. */
    public List<LinkInfo> links() throws DeviceException {
        return list(listLinks());
    }

    /** A request for all links, to which filters may be added. */
    static NetlinkMessage listLinks() {
        return new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP)
                .link(0, 0, 0)
                .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    List<LinkInfo> list(NetlinkMessage message) throws DeviceException {
        try {
            return netlink.request(message).stream().map(LinkInfo::of).toList();
        } catch (NetlinkException e) {
            throw failed("listing the links", e);
        }
    }

    public void setMtu(int index, int mtu) throws DeviceException {
        request(
                "mtu " + mtu,
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_MTU, mtu));
    }

    /** Sets the MAC of a link, in the low 48 bits. */
    public void setMac(int index, long mac) throws DeviceException {
        request(
                "mac " + MacAddress.format(mac),
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).mac(IFLA_ADDRESS, mac));
    }

    public void setUp(int index, boolean up) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, 0).link(index, up ? Linux.IFF_UP : 0, Linux.IFF_UP);
        request(up ? "link up" : "link down", message);
    }

    /** Sets the largest super-frames of TCP over IPv4 that are sent over a link and merged on reception, in bytes. Does nothing before Linux 6.3. */
    public void setSuperFrames(int index, int bytes) throws DeviceException {
        request(
                "super-frames of " + bytes + " bytes",
                new NetlinkMessage(RTM_NEWLINK, 0)
                        .link(index, 0, 0)
                        .attribute(IFLA_GSO_IPV4_MAX_SIZE, bytes)
                        .attribute(IFLA_GRO_IPV4_MAX_SIZE, bytes));
    }

    /** Makes a link resolve no addresses (IFF_NOARP). */
    public void setNoArp(int index) throws DeviceException {
        request("noarp", new NetlinkMessage(RTM_NEWLINK, 0).link(index, Linux.IFF_NOARP, Linux.IFF_NOARP));
    }

    /** Moves a link to the namespace of a descriptor, where it is down, and sets its alias (ip-link(8)); an empty text removes the alias. */
    public void move(int index, int namespaceFd, String alias) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, 0)
                .link(index, 0, 0)
                .attribute(IFLA_NET_NS_FD, namespaceFd)
                .attribute(IFLA_IFALIAS, alias.getBytes(StandardCharsets.UTF_8));
        request("moving the link to another namespace", message);
    }

    /** Sets the group of a link (ip-link(8)). */
    public void setGroup(int index, int group) throws DeviceException {
        request(
                "group " + group,
                new NetlinkMessage(RTM_NEWLINK, 0).link(index, 0, 0).attribute(IFLA_GROUP, group));
    }

    /** Deletes all links of a group, much faster than one by one: the kernel waits only once for all CPUs. */
    public void deleteGroup(int group) throws DeviceException {
        NetlinkMessage message =
                new NetlinkMessage(RTM_DELLINK, 0).link(0, 0, 0).attribute(IFLA_GROUP, group);
        request("deleting the links of group " + group, message, Errno.ENODEV);
    }

    /** Deletes a link. For one end of a veth pair, the kernel also deletes the other end. */
    public void delete(int index) throws DeviceException {
        request("deleting the link", new NetlinkMessage(RTM_DELLINK, 0).link(index, 0, 0), Errno.ENODEV);
    }

    /** The IP addresses of a link, without those that duplicate address detection found in use elsewhere (RFC 4862 section 5.4). */
    public List<IpAddress> addresses(int index) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).address(0, 0, 0, 0);
        try {
            return netlink.request(message).stream()
                    .filter(payload -> isAddressOf(payload, index))
                    .map(RtNetlink::address)
                    .toList();
        } catch (NetlinkException e) {
            throw failed("listing the addresses", e);
        }
    }

    /** struct ifaddrmsg: family, prefix length, flags, scope (1 byte each), index of the link (4). */
    static boolean isAddressOf(byte[] payload, int index) {
        return (payload[2] & IFA_F_DADFAILED) == 0
                && ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder()).getInt(4) == index;
    }

    /** IFA_ADDRESS is the peer's address on a point-to-point link, where IFA_LOCAL is the link's own. */
    static IpAddress address(byte[] payload) {
        NetlinkAttributes attributes = new NetlinkAttributes(payload, IFADDRMSG_SIZE);
        byte[] local = attributes.bytes(IFA_LOCAL);
        return IpAddress.of(local.length > 0 ? local : attributes.bytes(IFA_ADDRESS));
    }

    /**
     * Adds an address. An IPv6 address is added without duplicate address detection (IFA_F_NODAD) and can be used at once, not a second
     * later: whoever wrote it into a configuration is responsible for its uniqueness, as Docker is for the addresses that it assigns.
     */
    public void addAddress(int index, IpPrefix address) throws DeviceException {
        int flags = address.isV4() ? 0 : IFA_F_NODAD;
        NetlinkMessage message = address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, flags, index, address);
        // RFC 3021: a /31 has no broadcast address. Nor has a /32.
        if (address.isV4() && address.length() < 31)
            message.attribute(IFA_BROADCAST, address.last().bytes());
        request("address " + address, message, Errno.EEXIST);
    }

    public void removeAddress(int index, IpPrefix address) throws DeviceException {
        request("removing address " + address, address(RTM_DELADDR, 0, 0, index, address), Errno.EADDRNOTAVAIL);
    }

    private static NetlinkMessage address(int type, int messageFlags, int flags, int index, IpPrefix address) {
        return new NetlinkMessage(type, messageFlags)
                .address(family(address), address.length(), flags, index)
                .attribute(IFA_LOCAL, address.address().bytes())
                .attribute(IFA_ADDRESS, address.address().bytes());
    }

    /** Adds a route through a link. Fails if another route to the same destination exists. */
    public void addRoute(int index, IpRoute route) throws DeviceException {
        try {
            netlink.request(route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, index, route));
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) throw failed("route \"" + route + "\"", e);
            if (!hasRoute(index, route)) {
                throw new DeviceException(
                        Errno.EEXIST,
                        "route \"" + route
                                + "\": another route to the same destination exists there; remove one of the two");
            }
        }
    }

    public void removeRoute(int index, IpRoute route) throws DeviceException {
        request("removing route \"" + route + "\"", route(RTM_DELROUTE, 0, index, route), Errno.ESRCH);
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
            return netlink.request(message).stream().anyMatch(payload -> isRoute(payload, index, route));
        } catch (NetlinkException e) {
            throw failed("listing the routes", e);
        }
    }

    /** struct rtmsg: the length of the destination is the second byte, the table is the fifth. */
    static boolean isRoute(byte[] payload, int index, IpRoute route) {
        NetlinkAttributes attributes = new NetlinkAttributes(payload, RTMSG_SIZE);
        IpPrefix to = route.destination();
        return Byte.toUnsignedInt(payload[1]) == to.length()
                && Byte.toUnsignedInt(payload[4]) == RT_TABLE_MAIN
                && (to.length() == 0
                        || Arrays.equals(attributes.bytes(RTA_DST), to.address().bytes()))
                && Arrays.equals(attributes.bytes(RTA_GATEWAY), route.gateway().bytes())
                && attributes.number(RTA_OIF, 0) == index;
    }

    private static int family(IpPrefix prefix) {
        return prefix.isV4() ? Linux.AF_INET : Linux.AF_INET6;
    }

    /** The payloads of the replies to a request. */
    List<byte[]> query(String what, NetlinkMessage message) throws DeviceException {
        try {
            return netlink.request(message);
        } catch (NetlinkException e) {
            throw failed(what, e);
        }
    }

    /**
     * Sends a request and waits for its result.
     *
     * @param what the operation, for error messages
     * @param ignored errnos that mean that there was nothing to do
     */
    public void request(String what, NetlinkMessage message, int... ignored) throws DeviceException {
        try {
            netlink.request(message);
        } catch (NetlinkException e) {
            if (Arrays.stream(ignored).noneMatch(errno -> errno == e.errno())) throw failed(what, e);
        }
    }

    /** Names the operation that failed; for EPERM also says what to do. */
    public static DeviceException failed(String what, NetlinkException e) {
        String advice = e.errno() == Errno.EPERM ? "; run as root or with CAP_NET_ADMIN" : "";
        return new DeviceException(e.errno(), what + ": " + e.getMessage() + advice, e);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
