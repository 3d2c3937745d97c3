package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_DISABLED;
import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_FORWARDING;
import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_STATE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_UNICAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_GSO_IPV4_MAX_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFALIAS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_DATA;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_SLAVE_DATA;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MASTER;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_MULTI_QUEUE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_NUM_QUEUES;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_TYPE;

import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A link (network interface) as the kernel describes it in RTM_NEWLINK (rtnetlink(7)).
 *
 * @param index identifies the link in its namespace; not reused until the machine restarts
 * @param name as {@link DeviceName} writes it
 * @param alias a text for people (ip-link(8)); empty if there is none
 * @param mtu bytes
 * @param mac the low 48 bits; 0 if the link has no MAC address
 * @param superFrames the largest super-frames of TCP over IPv4 that are sent over the link, bytes; 0 if the kernel does not report it (before Linux 6.3)
 * @param isUp whether the link is administratively up
 * @param kind the driver: "veth", "bridge", "tun" for TUN and TAP, ...; empty for hardware
 * @param master the index of the bridge (or bond, ...) of which the link is a port; 0 if there is none
 * @param isShut whether {@link BridgePorts#shut} is in effect on the link
 * @param tap for a TAP, what is known of its queues
 */
public record LinkInfo(
        int index,
        String name,
        String alias,
        int mtu,
        long mac,
        int superFrames,
        boolean isUp,
        String kind,
        int master,
        boolean isShut,
        Optional<TapQueues> tap) {
    private static final int INDEX_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;

    /**
     * The queues of a TAP.
     *
     * @param isMultiQueue whether the TAP was created with IFF_MULTI_QUEUE
     * @param openCount how many queues processes have open
     */
    public record TapQueues(boolean isMultiQueue, int openCount) {}

    /** Reads the payload of an RTM_NEWLINK message: struct ifinfomsg, then attributes. */
    static LinkInfo of(byte[] payload) {
        ByteBuffer header = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
        NetlinkAttributes attributes = new NetlinkAttributes(payload, IFINFOMSG_SIZE);
        NetlinkAttributes info = attributes.nested(IFLA_LINKINFO);
        String kind = info.text(IFLA_INFO_KIND);
        return new LinkInfo(
                header.getInt(INDEX_OFFSET),
                DeviceName.text(attributes.bytes(IFLA_IFNAME)),
                attributes.text(IFLA_IFALIAS),
                attributes.number(IFLA_MTU, 0),
                attributes.mac(IFLA_ADDRESS).orElse(0),
                attributes.number(IFLA_GSO_IPV4_MAX_SIZE, 0),
                (header.getInt(FLAGS_OFFSET) & Linux.IFF_UP) != 0,
                kind,
                attributes.number(IFLA_MASTER, 0),
                isShut(info.nested(IFLA_INFO_SLAVE_DATA)),
                kind.equals("tun") ? tapQueues(info.nested(IFLA_INFO_DATA)) : Optional.empty());
    }

    private static boolean isShut(NetlinkAttributes port) {
        return port.number(IFLA_BRPORT_STATE, BR_STATE_FORWARDING) == BR_STATE_DISABLED
                && port.number(IFLA_BRPORT_UNICAST_FLOOD, 1) == 0;
    }

    private static Optional<TapQueues> tapQueues(NetlinkAttributes tun) {
        if (tun.number(IFLA_TUN_TYPE, 0) != Tun.IFF_TAP) return Optional.empty();
        return Optional.of(new TapQueues(tun.number(IFLA_TUN_MULTI_QUEUE, 0) != 0, tun.number(IFLA_TUN_NUM_QUEUES, 0)));
    }
}
