package dev.tapswitch.containers.firewall;

/**
 * A port of the host that leads to a container's.
 *
 * @param device of the network, see {@link NatNetwork}
 * @param protocol tcp, udp or sctp
 * @param hostAddress one of the host's own; empty for all of them
 * @param ipv4 the container's address, without its length; empty where it has none
 * @param ipv6 the container's address, without its length; empty where it has none
 */
public record PublishedPort(
        String device, String protocol, String hostAddress, int hostPort, String ipv4, String ipv6, int containerPort) {
    /** {@code 0.0.0.0:9001/tcp}, as Docker writes it. */
    public String host() {
        String address = hostAddress.isEmpty() ? "*" : isIpv6() ? "[" + hostAddress + "]" : hostAddress;
        return address + ":" + hostPort + "/" + protocol;
    }

    /** Where it leads to. */
    public String container() {
        return ipv4.isEmpty() ? "[" + ipv6 + "]:" + containerPort : ipv4 + ":" + containerPort;
    }

    boolean isIpv6() {
        return hostAddress.contains(":");
    }

    /** Whether IPv4 that comes to the host goes there. */
    boolean hasIpv4() {
        return !ipv4.isEmpty() && !isIpv6();
    }

    /** Whether IPv6 that comes to the host goes there without a relay. */
    boolean hasIpv6() {
        return !ipv6.isEmpty() && (hostAddress.isEmpty() || isIpv6());
    }

    PublishedPort at(int chosen) {
        return new PublishedPort(device, protocol, hostAddress, chosen, ipv4, ipv6, containerPort);
    }
}
