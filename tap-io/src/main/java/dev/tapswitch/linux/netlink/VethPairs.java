package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_DATA;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINK;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINK_NETNSID;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_NET_NS_FD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TARGET_NETNSID;
import static dev.tapswitch.linux.netlink.Netlink.NETNSA_FD;
import static dev.tapswitch.linux.netlink.Netlink.NETNSA_NSID;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTGENMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETNSID;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.VETH_INFO_PEER;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import java.util.Optional;

/**
 * Veth pairs with one end in the namespace of an {@link RtNetlink}, with its thread rules. The kernel knows which links are the two ends of a pair,
 * whatever root in the other namespace does with its end: nothing here finds the other end by name.
 */
public final class VethPairs {
    /** Value of {@link Pair#namespaceId} if both ends are in the same namespace. */
    public static final int SAME_NAMESPACE = -1;

    private static final String VETH = "veth";
    /** Attempts to read both ends while somebody moves the other one. */
    private static final int ATTEMPTS = 10;

    /**
     * The two ends of a pair.
     *
     * @param own the end in this namespace
     * @param peer the other end; its index and name are those in its namespace
     * @param namespaceId the id that this namespace has for the namespace of the other end, or {@link #SAME_NAMESPACE}
     */
    public record Pair(LinkInfo own, LinkInfo peer, int namespaceId) {}

    private final RtNetlink links;

    public VethPairs(RtNetlink links) {
        this.links = links;
    }

    /**
     * Creates a pair whose ends are both down, each under its name in its namespace. Returns the end in this namespace.
     *
     * @param namespaceFd a descriptor of the namespace of the other end
     * @throws DeviceException of kind NAME_TAKEN if there is an interface with one of the names
     */
    public LinkInfo create(String name, String peerName, int namespaceFd, int mtu) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
                .link(0, 0, 0)
                .deviceName(IFLA_IFNAME, name)
                .attribute(IFLA_MTU, mtu)
                .nested(
                        IFLA_LINKINFO,
                        info -> info.attribute(IFLA_INFO_KIND, VETH)
                                .nested(
                                        IFLA_INFO_DATA,
                                        data -> data.nested(
                                                VETH_INFO_PEER,
                                                peer -> peer.link(0, 0, 0)
                                                        .deviceName(IFLA_IFNAME, peerName)
                                                        .attribute(IFLA_MTU, mtu)
                                                        .attribute(IFLA_NET_NS_FD, namespaceFd))));
        boolean nameWasFree = links.find(name).isEmpty();
        try {
            links.request("creating the veth pair", message);
        } catch (DeviceException e) {
            if (e.errno() != Errno.EEXIST) throw e;
            throw new DeviceException(
                    Kind.NAME_TAKEN,
                    Errno.EEXIST,
                    nameWasFree
                            ? "another interface there has this name; choose another name"
                            : "the switch's namespace has an interface \"" + name + "\" already");
        }
        return links.find(name)
                .orElseThrow(() -> new DeviceException(Kind.GONE, "the pair was deleted while it was set up"));
    }

    /**
     * The pair one of whose ends has this index; empty if there is none.
     *
     * @throws DeviceException also if the other end is moved all the time
     */
    public Optional<Pair> find(int index) throws DeviceException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Optional<byte[]> own = links.link(new NetlinkMessage(RTM_GETLINK, 0).link(index, 0, 0));
            if (own.isEmpty()) return Optional.empty();
            Optional<Pair> pair = withPeer(own.get());
            if (pair.isPresent()) return pair;
        }
        throw new DeviceException("the other end of the pair can't be found: it is being moved");
    }

    /** Empty if the other end was moved since its place was read. */
    private Optional<Pair> withPeer(byte[] own) throws DeviceException {
        LinkInfo end = LinkInfo.of(own);
        if (!end.kind().equals(VETH)) throw new DeviceException("\"" + end.name() + "\" is not a veth");
        NetlinkAttributes attributes = new NetlinkAttributes(own, IFINFOMSG_SIZE);
        int namespaceId = attributes.number(IFLA_LINK_NETNSID, SAME_NAMESPACE);
        NetlinkMessage request = new NetlinkMessage(RTM_GETLINK, 0).link(attributes.number(IFLA_LINK, 0), 0, 0);
        if (namespaceId != SAME_NAMESPACE) request.attribute(IFLA_TARGET_NETNSID, namespaceId);
        // After a move, another interface may have the index.
        return links.link(request)
                .filter(peer -> new NetlinkAttributes(peer, IFINFOMSG_SIZE).number(IFLA_LINK, 0) == end.index())
                .map(LinkInfo::of)
                .filter(peer -> peer.kind().equals(VETH))
                .map(peer -> new Pair(end, peer, namespaceId));
    }

    /**
     * The id that this namespace has for the namespace of a descriptor; {@link #SAME_NAMESPACE} if it has none, because no interface here has its
     * other end there.
     */
    public int namespaceId(int namespaceFd) throws DeviceException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETNSID, 0).namespace().attribute(NETNSA_FD, namespaceFd);
        byte[] reply = links.query("finding the id of a namespace", message).getFirst();
        return new NetlinkAttributes(reply, RTGENMSG_SIZE).number(NETNSA_NSID, SAME_NAMESPACE);
    }
}
