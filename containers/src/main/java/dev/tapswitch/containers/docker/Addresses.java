package dev.tapswitch.containers.docker;

import dev.tapswitch.control.config.IpAddress;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.netlink.IpPrefix;

/** How Docker writes addresses, and which MAC it gives with them. */
final class Addresses {
    private Addresses() {}

    /** "10.77.0.2" of "10.77.0.2/24". */
    static String withoutLength(String address) {
        int slash = address.indexOf('/');
        return slash < 0 ? address : address.substring(0, slash);
    }

    /** Whether an address of a request is 0.0.0.0 or ::. IllegalArgumentException where it is none. */
    static boolean isAny(String address) {
        return IpPrefix.ofInterface(address + (address.contains(":") ? "/128" : "/32"))
                .address()
                .isAnyLocalAddress();
    }

    /** An address of a request with its length, or none. IllegalArgumentException where it is neither. */
    static String checked(String address) {
        if (!address.isEmpty()) IpPrefix.ofInterface(address);
        return address;
    }

    /**
     * As Docker's bridge driver does: 02:42 and the IPv4 address, which is as unique as that; without one, 02:42 and the first bytes of the
     * endpoint's id. Low 48 bits.
     */
    static long macFor(String ipv4, String id) {
        long low = ipv4.isEmpty()
                ? Long.parseLong(id.substring(0, 8), 16)
                : IpAddress.parse(withoutLength(ipv4)).lo() & 0xFFFF_FFFFL;
        return 0x0242L << 32 | low;
    }

    /** Of a host port: the same whenever it is made, so that containers' neighbour tables stay right. Low 48 bits. */
    static long macOfHostPort(String networkId) {
        return MacAddress.parse("02:54:00:00:00:00") | Long.parseLong(networkId.substring(0, 8), 16);
    }
}
