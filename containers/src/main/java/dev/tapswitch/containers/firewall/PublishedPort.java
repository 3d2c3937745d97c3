package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpAddress;
import java.util.Optional;

/**
 * A port of the host that is forwarded to a port of a container.
 *
 * @param device the device of its {@link NatNetwork}
 * @param protocol tcp, udp or sctp
 * @param hostAddress an address of the host; empty for all of them
 * @param ipv4 the IPv4 address of the container
 * @param ipv6 the IPv6 address of the container
 */
public record PublishedPort(
        String device,
        String protocol,
        Optional<IpAddress> hostAddress,
        int hostPort,
        Optional<IpAddress> ipv4,
        Optional<IpAddress> ipv6,
        int containerPort) {
    /** The host side, for example {@code *:9001/tcp}. */
    public String host() {
        return hostAddress.map(PublishedPort::literal).orElse("*") + ":" + hostPort + "/" + protocol;
    }

    /** The container side, for example {@code 10.77.0.2:80}. */
    public String container() {
        return containerAddress().map(PublishedPort::literal).orElse("") + ":" + containerPort;
    }

    /** The address of the container to which connections are relayed: IPv4 if it has one. */
    Optional<IpAddress> containerAddress() {
        return ipv4.or(() -> ipv6);
    }

    /** Whether the host address is an IPv6 address. */
    boolean isIpv6() {
        return hostAddress.isPresent() && !hostAddress.get().isV4();
    }

    /** Whether IPv4 to the host is forwarded to the container. */
    boolean hasIpv4() {
        return ipv4.isPresent() && !isIpv6();
    }

    /** Whether IPv6 to the host is forwarded to the container without a relay. */
    boolean hasIpv6() {
        return ipv6.isPresent() && (hostAddress.isEmpty() || isIpv6());
    }

    /** A copy with this host port. */
    PublishedPort at(int chosen) {
        return new PublishedPort(device, protocol, hostAddress, chosen, ipv4, ipv6, containerPort);
    }

    private static String literal(IpAddress address) {
        return address.isV4() ? address.toString() : "[" + address + "]";
    }
}
