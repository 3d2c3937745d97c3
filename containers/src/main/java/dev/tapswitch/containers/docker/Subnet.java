package dev.tapswitch.containers.docker;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.Optional;

/**
 * A subnet of a network.
 *
 * @param pool the network, 10.77.0.0/24
 * @param gateway the gateway's address with its prefix length, 10.77.0.1/24; empty if the subnet has none
 */
record Subnet(IpPrefix pool, Optional<IpPrefix> gateway) {
    Optional<IpAddress> gatewayAddress() {
        return gateway.map(IpPrefix::address);
    }
}
