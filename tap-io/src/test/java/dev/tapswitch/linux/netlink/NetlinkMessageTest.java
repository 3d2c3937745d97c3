package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.linux.sys.Linux;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Messages are laid out as include/uapi/linux/netlink.h and rtnetlink.h require, on a little-endian machine. */
class NetlinkMessageTest {
    @Test
    void aRequestToSetTheMtuIsALinkWithOneAttribute() {
        byte[] message = new NetlinkMessage(Netlink.RTM_NEWLINK, 0)
                .link(7, 0, 0)
                .attribute(Netlink.IFLA_MTU, 1400)
                .encode(9);
        assertBytes(
                "28000000 1000 0500 09000000 00000000" + "0000 0000 07000000 00000000 00000000" + "0800 0400 78050000",
                message);
    }

    @Test
    void anAddressHasItsFamilyPrefixLengthLinkAndBytes() {
        byte[] message = new NetlinkMessage(Netlink.RTM_NEWADDR, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL)
                .address(Linux.AF_INET, 24, 0, 7)
                .attribute(Netlink.IFA_LOCAL, new byte[] {(byte) 198, 18, 0, 1})
                .encode(1);
        assertBytes("20000000 1400 0506 01000000 00000000" + "02 18 00 00 07000000" + "0800 0200 c6120001", message);
    }

    @Test
    void aRouteIsUnicastStaticAndInTheMainTable() {
        byte[] message = new NetlinkMessage(Netlink.RTM_DELROUTE, 0)
                .route(Linux.AF_INET, 8)
                .attribute(Netlink.RTA_DST, new byte[] {10, 0, 0, 0})
                .encode(1);
        assertBytes(
                "24000000 1900 0500 01000000 00000000" + "02 08 00 00 fe 04 00 01 00000000" + "0800 0100 0a000000",
                message);
    }

    @Test
    void aStringIsZeroTerminatedAndThePaddingDoesNotCountInTheLength() {
        byte[] message = new NetlinkMessage(Netlink.RTM_GETLINK, 0)
                .link(0, 0, 0)
                .attribute(Netlink.IFLA_IFNAME, "web0")
                .encode(1);
        assertEquals(16 + 16 + 12, message.length);
        assertBytes("0900 0300 77656230 00 000000", Arrays.copyOfRange(message, 32, message.length));
    }

    @Test
    void attributesAndNestedAttributesAreReadBack() {
        byte[] inner = new NetlinkMessage(0, 0)
                .attribute(Netlink.IFLA_INFO_KIND, "tun")
                .encode(1);
        byte[] nested = Arrays.copyOfRange(inner, Netlink.NLMSG_HDRLEN, inner.length);
        byte[] message = new NetlinkMessage(0, 0)
                .attribute(Netlink.IFLA_MTU, 1500)
                .attribute(Netlink.IFLA_LINKINFO, nested)
                .encode(1);
        NetlinkAttributes read = new NetlinkAttributes(message, Netlink.NLMSG_HDRLEN);
        assertEquals(1500, read.number(Netlink.IFLA_MTU, -1));
        assertEquals("tun", read.nested(Netlink.IFLA_LINKINFO).text(Netlink.IFLA_INFO_KIND));
        assertEquals("", read.text(Netlink.IFLA_IFNAME));
    }

    @Test
    void theLengthOfANestedAttributeIncludesItsContents() {
        byte[] message = new NetlinkMessage(Netlink.RTM_NEWQDISC, Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE)
                .traffic(7, 0x7473_0000, Netlink.TC_H_ROOT, 0)
                .attribute(Netlink.TCA_KIND, "tbf")
                .nested(Netlink.TCA_OPTIONS, options -> options.attribute(Netlink.TCA_TBF_RATE64, 2L))
                .encode(1);
        assertBytes(
                "3c000000 2400 0505 01000000 00000000" + "00000000 07000000 00007374 ffffffff 00000000"
                        + "0800 0100 74626600" + "1000 0280 0c00 0400 0200000000000000",
                message);
    }

    @Test
    void anAttributeWithAWrongLengthEndsTheList() {
        for (int length : new int[] {0, 3, 9, 0xFFFF}) {
            byte[] lie = ByteBuffer.allocate(8)
                    .order(ByteOrder.nativeOrder())
                    .putShort((short) length)
                    .putShort((short) 4)
                    .array();
            assertEquals(-1, new NetlinkAttributes(lie, 0).number(4, -1));
        }
    }

    @Test
    void aMacHasSixBytesInTheOrderOfTheWire() {
        byte[] message = new NetlinkMessage(0, 0)
                .mac(Netlink.IFLA_ADDRESS, 0x02_00_5E_10_00_17L)
                .encode(1);
        assertBytes("0a00 0100 02005e100017 0000", Arrays.copyOfRange(message, Netlink.NLMSG_HDRLEN, message.length));
        NetlinkAttributes read = new NetlinkAttributes(message, Netlink.NLMSG_HDRLEN);
        assertEquals(OptionalLong.of(0x02_00_5E_10_00_17L), read.mac(Netlink.IFLA_ADDRESS));
        assertEquals(OptionalLong.empty(), read.mac(Netlink.IFLA_IFNAME));
    }

    private static void assertBytes(String hex, byte[] message) {
        assertArrayEquals(
                HexFormat.of().parseHex(hex.replace(" ", "")),
                message,
                () -> HexFormat.of().formatHex(message));
    }
}
