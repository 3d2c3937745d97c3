package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_DISABLED;
import static dev.tapswitch.linux.netlink.Netlink.BR_STATE_FORWARDING;
import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_ADDRESS;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_STATE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_BRPORT_UNICAST_FLOOD;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_SLAVE_DATA;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MASTER;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;

import dev.tapswitch.linux.sys.DeviceName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A link on the host, and how it stands to a bridge.
 *
 * @param index in its namespace; never used again while the machine runs
 * @param mtu bytes
 * @param kind the driver's: "veth", "bridge", "tun", ...; empty for hardware
 * @param master the index of the bridge that it is a port of; 0 where it is none's
 * @param mac low 48 bits; 0 where it has none
 * @param isShut as {@link BridgePorts#shut} leaves it
 */
public record HostLink(int index, String name, int mtu, String kind, int master, long mac, boolean isShut) {
    /** Reads an RTM_NEWLINK answer: struct ifinfomsg, then attributes. */
    static HostLink of(byte[] answer) {
        NetlinkAttributes attributes = new NetlinkAttributes(answer, IFINFOMSG_SIZE);
        NetlinkAttributes info = attributes.nested(IFLA_LINKINFO);
        NetlinkAttributes port = info.nested(IFLA_INFO_SLAVE_DATA);
        return new HostLink(
                ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(4),
                DeviceName.text(attributes.bytes(IFLA_IFNAME)),
                attributes.number(IFLA_MTU, 0),
                info.text(IFLA_INFO_KIND),
                attributes.number(IFLA_MASTER, 0),
                macOf(attributes),
                port.number(IFLA_BRPORT_STATE, BR_STATE_FORWARDING) == BR_STATE_DISABLED
                        && port.number(IFLA_BRPORT_UNICAST_FLOOD, 1) == 0);
    }

    private static long macOf(NetlinkAttributes attributes) {
        byte[] mac = attributes.bytes(IFLA_ADDRESS);
        return mac.length == 6 ? RtNetlink.number(mac) : 0;
    }
}
