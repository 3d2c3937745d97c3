package dev.tapswitch.containers.firewall;

/**
 * A port of the host that is forwarded to a port of a container.
 *
 * @param device the device of its {@link NatNetwork}
 * @param protocol tcp, udp or sctp
 * @param hostAddress an address of the host; empty for all of them
 * @param ipv4 the address of the container, without a prefix length; empty if it has none
 * @param ipv6 the address of the container, without a prefix length; empty if it has none
 */
public record PublishedPort(
        String device, String protocol, String hostAddress, int hostPort, String ipv4, String ipv6, int containerPort) {
    /** The host side, for example {@code *:9001/tcp}. */
    public String host() {
        String address = hostAddress.isEmpty() ? "*" : isIpv6() ? "[" + hostAddress + "]" : hostAddress;
        return address + ":" + hostPort + "/" + protocol;
    }

    /** The container side, for example {@code 10.77.0.2:80}. */
    public String container() {
        return ipv4.isEmpty() ? "[" + ipv6 + "]:" + containerPort : ipv4 + ":" + containerPort;
    }

    boolean isIpv6() {
        return hostAddress.contains(":");
    }

    /** Whether IPv4 to the host is forwarded to the container. */
    boolean hasIpv4() {
        return !ipv4.isEmpty() && !isIpv6();
    }

    /** Whether IPv6 to the host is forwarded to the container without a relay. */
    boolean hasIpv6() {
        return !ipv6.isEmpty() && (hostAddress.isEmpty() || isIpv6());
    }

    /** A copy with this host port. */
    PublishedPort at(int chosen) {
        return new PublishedPort(device, protocol, hostAddress, chosen, ipv4, ipv6, containerPort);
    }
}
