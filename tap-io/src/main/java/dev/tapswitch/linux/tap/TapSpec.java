package dev.tapswitch.linux.tap;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;

/**
 * What a TAP should be. Checked whole when made: IllegalArgumentException says in one line what is wrong and what was expected.
 *
 * @param device interface name in its namespace, 1 to 15 bytes, as {@link DeviceName}'s text
 * @param queues queues to open, one per worker
 * @param mtu bytes
 * @param mac the interface's own address in the low 48 bits, or -1 for one of the kernel's choosing
 * @param offload whether TUNSETOFFLOAD offers checksum and segmentation offload (the vnet header is there either way)
 * @param up whether to set the link up
 * @param persistent TUNSETPERSIST: the device outlives the daemon and is re-attached by name
 * @param addresses "198.18.0.1/24", "fd00::1/64"
 * @param routes "default via 198.18.0.254", "10.0.0.0/8 via 198.18.0.254", destination and gateway only
 * @param sendLimit of what the interface sends, that is, of what we read
 * @param receiveLimit of what the interface receives, that is, of what we write
 * @param acceptRa on the host only: whether the kernel takes routes and addresses from router advertisements
 */
public record TapSpec(
        String device,
        Namespace namespace,
        int queues,
        int mtu,
        long mac,
        boolean offload,
        boolean up,
        boolean persistent,
        List<String> addresses,
        List<String> routes,
        RateLimit sendLimit,
        RateLimit receiveLimit,
        boolean acceptRa) {
    /** {@link #mac} when the kernel chooses. */
    public static final long ANY_MAC = -1;

    /** include/uapi/linux/if_ether.h ETH_MIN_MTU. */
    public static final int MIN_MTU = 68;

    /** drivers/net/tun.c: 65535 less the Ethernet header. */
    public static final int MAX_MTU = 65521;

    /** RFC 8200 5; below it the kernel turns IPv6 off on the interface. */
    private static final int MIN_IPV6_MTU = 1280;

    public TapSpec {
        checkedName(device);
        check(queues >= 1 && queues <= Tun.MAX_QUEUES, "a TAP has 1 to " + Tun.MAX_QUEUES + " queues, not " + queues);
        check(
                mtu >= MIN_MTU && mtu <= MAX_MTU,
                "mtu " + mtu + " is not possible; expected " + MIN_MTU + " to " + MAX_MTU);
        check(
                mac == ANY_MAC || isStation(mac),
                "mac " + MacAddress.format(mac) + " can't be an interface's: it is "
                        + (mac == 0 ? "zero" : "a group's, its first byte is odd"));
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        boolean ipv6 = false;
        for (String address : addresses) ipv6 |= !IpPrefix.parse(address).isV4();
        for (String route : routes) IpRoute.parse(route);
        check(!ipv6 || mtu >= MIN_IPV6_MTU, "mtu " + mtu + " is too small for IPv6, which needs " + MIN_IPV6_MTU);
    }

    /** Without limits. */
    public TapSpec(
            String device,
            Namespace namespace,
            int queues,
            int mtu,
            long mac,
            boolean offload,
            boolean up,
            boolean persistent,
            List<String> addresses,
            List<String> routes) {
        this(
                device,
                namespace,
                queues,
                mtu,
                mac,
                offload,
                up,
                persistent,
                addresses,
                routes,
                RateLimit.NONE,
                RateLimit.NONE,
                false);
    }

    /** {@code tap "web0" in namespace "lab-a"}, as errors say it. */
    String name() {
        boolean host = namespace instanceof Namespace.Current;
        return "tap \"" + device + "\" " + (host ? "on the host" : "in namespace \"" + namespace + "\"");
    }

    List<IpPrefix> prefixes() {
        return addresses.stream().map(IpPrefix::parse).toList();
    }

    List<IpRoute> parsedRoutes() {
        return routes.stream().map(IpRoute::parse).toList();
    }

    /** The name, if the kernel takes it (net/core/dev.c dev_valid_name()); % would be a template to the TUN driver. */
    public static String checkedName(String device) {
        byte[] name = DeviceName.bytes(device);
        boolean good = name.length >= 1 && name.length < Linux.IFNAMSIZ && !device.equals(".") && !device.equals("..");
        for (byte each : name) good &= each != 0 && " \t\n\013\f\r/:%".indexOf(each) < 0;
        check(
                good,
                "\"" + DeviceName.text(name) + "\" can't name a device; expected 1 to " + (Linux.IFNAMSIZ - 1)
                        + " bytes without blanks, '/', ':' and '%'");
        // Shown as it is, it must not be obeyed by a terminal, or be taken for another.
        String text = DeviceName.text(name);
        check(device.equals(text), "\"" + text + "\" can name a device, but is to be written like this");
        return device;
    }

    private static boolean isStation(long mac) {
        return mac > 0 && mac >>> 48 == 0 && !MacAddress.isMulticast(mac);
    }

    private static void check(boolean good, String complaint) {
        if (!good) throw new IllegalArgumentException(complaint);
    }
}
