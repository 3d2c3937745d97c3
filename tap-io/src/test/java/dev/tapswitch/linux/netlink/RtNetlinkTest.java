package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Linux;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Messages of the kernel are compared with the requested routes and addresses. */
class RtNetlinkTest {
    private static final IpRoute ROUTE = IpRoute.parse("10.0.0.0/8 via 198.18.0.254");
    private static final byte[] ADDRESS = {(byte) 198, 18, 0, 1};
    private static final byte[] PEER = {(byte) 198, 18, 0, 2};

    private static byte[] payload(NetlinkMessage message) {
        byte[] bytes = message.encode(1);
        return Arrays.copyOfRange(bytes, Netlink.NLMSG_HDRLEN, bytes.length);
    }

    private static byte[] route(int prefixLength, int gateway, int index) {
        return payload(new NetlinkMessage(Netlink.RTM_NEWROUTE, 0)
                .route(Linux.AF_INET, prefixLength)
                .attribute(Netlink.RTA_DST, new byte[] {10, 0, 0, 0})
                .attribute(Netlink.RTA_GATEWAY, new byte[] {(byte) 198, 18, 0, (byte) gateway})
                .attribute(Netlink.RTA_OIF, index));
    }

    @Test
    void aRouteIsTheSameOnlyIfDestinationGatewayAndLinkAre() {
        assertTrue(RtNetlink.isRoute(route(8, 254, 7), 7, ROUTE));
        assertFalse(RtNetlink.isRoute(route(16, 254, 7), 7, ROUTE));
        assertFalse(RtNetlink.isRoute(route(8, 253, 7), 7, ROUTE));
        assertFalse(RtNetlink.isRoute(route(8, 254, 8), 7, ROUTE));
    }

    @Test
    void theDefaultRouteHasNoDestination() {
        IpRoute route = IpRoute.parse("default via 198.18.0.254");
        byte[] listed = payload(new NetlinkMessage(Netlink.RTM_NEWROUTE, 0)
                .route(Linux.AF_INET, 0)
                .attribute(Netlink.RTA_GATEWAY, new byte[] {(byte) 198, 18, 0, (byte) 254})
                .attribute(Netlink.RTA_OIF, 7));
        assertTrue(RtNetlink.isRoute(listed, 7, route));
    }

    @Test
    void anAddressBelongsToItsLinkUnlessItIsADuplicate() {
        byte[] address = payload(new NetlinkMessage(Netlink.RTM_NEWADDR, 0).address(Linux.AF_INET, 24, 0, 7));
        byte[] duplicate = payload(
                new NetlinkMessage(Netlink.RTM_NEWADDR, 0).address(Linux.AF_INET6, 64, Netlink.IFA_F_DADFAILED, 7));
        assertTrue(RtNetlink.isAddressOf(address, 7));
        assertFalse(RtNetlink.isAddressOf(address, 8));
        assertFalse(RtNetlink.isAddressOf(duplicate, 7));
    }

    @Test
    void theLocalAddressIsReadAndNotThatOfThePeer() {
        NetlinkMessage pointToPoint = new NetlinkMessage(Netlink.RTM_NEWADDR, 0)
                .address(Linux.AF_INET, 32, 0, 7)
                .attribute(Netlink.IFA_ADDRESS, PEER)
                .attribute(Netlink.IFA_LOCAL, ADDRESS);
        assertEquals("198.18.0.1", RtNetlink.address(payload(pointToPoint)).toString());
        NetlinkMessage withoutLocal = new NetlinkMessage(Netlink.RTM_NEWADDR, 0)
                .address(Linux.AF_INET, 32, 0, 7)
                .attribute(Netlink.IFA_ADDRESS, PEER);
        assertEquals("198.18.0.2", RtNetlink.address(payload(withoutLocal)).toString());
    }

    @Test
    void aRefusalForLackOfPrivilegesSaysWhatToDoAndKeepsItsErrno() {
        DeviceException e = RtNetlink.failed("mtu 9000", new NetlinkException(-Errno.EPERM, ""));
        assertEquals("mtu 9000: EPERM, operation not permitted; run as root or with CAP_NET_ADMIN", e.getMessage());
        assertEquals(Errno.EPERM, e.errno());
        assertEquals(
                "mtu 9000: EINVAL, mtu greater than device maximum",
                RtNetlink.failed("mtu 9000", new NetlinkException(-Errno.EINVAL, "mtu greater than device maximum"))
                        .getMessage());
    }
}
