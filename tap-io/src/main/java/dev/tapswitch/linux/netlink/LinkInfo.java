package dev.tapswitch.linux.netlink;

import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_DATA;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_MTU;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_MULTI_QUEUE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_NUM_QUEUES;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_TUN_TYPE;

import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An interface as RTM_GETLINK shows it, as far as we ask.
 *
 * @param index in its namespace
 * @param mtu bytes
 * @param kind the driver's: "tun" for TUN and TAP, "veth", "dummy", ...; empty for hardware
 * @param queues of a TAP: those that someone has open
 */
public record LinkInfo(
        int index, String name, int mtu, boolean up, String kind, boolean tap, boolean multiQueue, int queues) {
    /** Reads an RTM_NEWLINK answer: struct ifinfomsg, then attributes. */
    static LinkInfo of(byte[] answer) {
        ByteBuffer header = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        NetlinkAttributes attributes = new NetlinkAttributes(answer, IFINFOMSG_SIZE);
        NetlinkAttributes info = attributes.nested(IFLA_LINKINFO);
        NetlinkAttributes data = info.nested(IFLA_INFO_DATA);
        String kind = info.text(IFLA_INFO_KIND);
        return new LinkInfo(
                header.getInt(4),
                DeviceName.text(attributes.bytes(IFLA_IFNAME)),
                attributes.number(IFLA_MTU, 0),
                (header.getInt(8) & Linux.IFF_UP) != 0,
                kind,
                kind.equals("tun") && data.number(IFLA_TUN_TYPE, 0) == Tun.IFF_TAP,
                data.number(IFLA_TUN_MULTI_QUEUE, 0) != 0,
                data.number(IFLA_TUN_NUM_QUEUES, 0));
    }
}
