package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netlink.LinkInfo.TapQueues;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** LinkInfo reads the messages that the kernel sends: include/uapi/linux/if_link.h. */
class LinkInfoTest {
    private static final int INDEX = 7;

    private static LinkInfo read(int flags, Consumer<NetlinkMessage> attributes) {
        NetlinkMessage message =
                new NetlinkMessage(Netlink.RTM_NEWLINK, 0).link(INDEX, flags, 0).attribute(Netlink.IFLA_IFNAME, "web0");
        attributes.accept(message);
        byte[] bytes = message.encode(1);
        return LinkInfo.of(Arrays.copyOfRange(bytes, Netlink.NLMSG_HDRLEN, bytes.length));
    }

    private static LinkInfo tun(int type) {
        return read(
                0,
                link -> link.nested(
                        Netlink.IFLA_LINKINFO,
                        info -> info.attribute(Netlink.IFLA_INFO_KIND, "tun")
                                .nested(
                                        Netlink.IFLA_INFO_DATA,
                                        tun -> tun.attribute(Netlink.IFLA_TUN_TYPE, new byte[] {(byte) type})
                                                .attribute(Netlink.IFLA_TUN_MULTI_QUEUE, new byte[] {1})
                                                .attribute(Netlink.IFLA_TUN_NUM_QUEUES, 3))));
    }

    private static LinkInfo bridgePort(int state, int unicastFlood) {
        return read(
                Linux.IFF_UP,
                link -> link.attribute(Netlink.IFLA_MASTER, 5)
                        .nested(
                                Netlink.IFLA_LINKINFO,
                                info -> info.attribute(Netlink.IFLA_INFO_KIND, "veth")
                                        .nested(
                                                Netlink.IFLA_INFO_SLAVE_DATA,
                                                port -> port.attribute(
                                                                Netlink.IFLA_BRPORT_STATE, new byte[] {(byte) state})
                                                        .attribute(
                                                                Netlink.IFLA_BRPORT_UNICAST_FLOOD,
                                                                new byte[] {(byte) unicastFlood}))));
    }

    @Test
    void aHardwareLinkHasNoKindAndNoMaster() {
        LinkInfo link = read(
                Linux.IFF_UP,
                it -> it.attribute(Netlink.IFLA_MTU, 1_500).mac(Netlink.IFLA_ADDRESS, 0x02_00_00_00_00_17L));
        assertEquals(
                new LinkInfo(INDEX, "web0", "", 1_500, 0x02_00_00_00_00_17L, 0, true, "", 0, false, Optional.empty()),
                link);
    }

    @Test
    void aLinkWithoutAnEthernetAddressHasMacZero() {
        assertEquals(0, read(0, link -> {}).mac());
        assertEquals(
                0,
                read(0, link -> link.attribute(Netlink.IFLA_ADDRESS, new byte[4]))
                        .mac());
    }

    @Test
    void aLinkThatIsDownIsNotUp() {
        assertFalse(read(0, link -> {}).isUp());
    }

    @Test
    void aTapHasQueuesAndATunHasNone() {
        assertEquals(Optional.of(new TapQueues(true, 3)), tun(Tun.IFF_TAP).tap());
        assertEquals(Optional.empty(), tun(1).tap());
        assertEquals("tun", tun(1).kind());
    }

    @Test
    void aBridgePortIsShutIfItIsDisabledAndNotFlooded() {
        assertTrue(bridgePort(Netlink.BR_STATE_DISABLED, 0).isShut());
        assertFalse(bridgePort(Netlink.BR_STATE_DISABLED, 1).isShut(), "the kernel disabled it");
        assertFalse(bridgePort(Netlink.BR_STATE_FORWARDING, 0).isShut(), "the kernel enabled it again");
        assertEquals(5, bridgePort(Netlink.BR_STATE_FORWARDING, 1).master());
    }
}
