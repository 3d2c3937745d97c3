package dev.tapswitch.containers.docker;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import java.util.Optional;

/** Derives MAC addresses from an IP address or an id, so that a recreated device has the same one as before. Each MAC is in the low 48 bits of a long. */
final class GeneratedMacs {
    private static final long DOCKER_PREFIX = 0x0242L << 32;
    private static final long HOST_PORT_PREFIX = MacAddress.parse("02:54:00:00:00:00");

    private GeneratedMacs() {}

    /** The MAC of a container, as Docker's bridge driver derives it: 02:42 and the IPv4 address, or without one the first 4 bytes of the endpoint's id. */
    static long ofEndpoint(Optional<IpPrefix> ipv4, String id) {
        return ipv4.map(prefix -> ofIpv4(prefix.address()))
                .orElseGet(() -> DOCKER_PREFIX | Long.parseLong(id.substring(0, 8), 16));
    }

    /** 02:42 and the IPv4 address: unique where the address is unique. */
    static long ofIpv4(IpAddress address) {
        return DOCKER_PREFIX | address.lo() & 0xFFFF_FFFFL;
    }

    /** The MAC of a network's host port: the same whenever the port is created, so that containers' neighbour tables stay valid. */
    static long ofHostPort(String networkId) {
        return HOST_PORT_PREFIX | Long.parseLong(networkId.substring(0, 8), 16);
    }
}
