package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.bridge.ArpMode;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A network as Docker made it, kept in the state file: a new component must make do with 0, false or null in old ones.
 *
 * @param id 64 hexadecimal digits
 * @param device the switch's name, and that of its host port's interface
 * @param mtu bytes
 * @param hostAddress where ports are published that name no address; empty for everywhere
 * @param prefix what interfaces are called in containers, before their number
 * @param learningLimit most MACs learned on a container's port; 0 for no limit
 * @param isolated whether containers are kept from each other; Docker's enable_icc=false
 */
record DockerNetwork(
        String id,
        String device,
        List<Subnet> ipv4,
        List<Subnet> ipv6,
        int mtu,
        boolean internal,
        boolean masquerade,
        boolean routedIpv4,
        boolean routedIpv6,
        String hostAddress,
        String prefix,
        ArpMode arp,
        int learningLimit,
        boolean isolated) {
    DockerNetwork {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
    }

    NatNetwork nat() {
        return new NatNetwork(device, pools(ipv4), pools(ipv6), internal, masquerade, routedIpv4, routedIpv6, isolated);
    }

    private static List<String> pools(List<Subnet> subnets) {
        return subnets.stream().map(subnet -> subnet.pool().toString()).toList();
    }

    /** The switch: a host port with the gateway addresses, docker0's counterpart, and the endpoints whose TAPs are somewhere. */
    SwitchConfig config(Map<DockerEndpoint, TapLocation> endpoints) {
        Map<String, PortConfig> ports = new LinkedHashMap<>();
        List<StaticMac> macs = new ArrayList<>();
        List<StaticNeighbour> neighbours = new ArrayList<>();
        PortConfig host = hostPort();
        ports.put(host.name(), host);
        macs.add(new StaticMac(host.get(PortSchema.MAC), 0, host.name()));
        gateways().forEach(gateway -> neighbours.add(new StaticNeighbour(gateway.address(), host.get(PortSchema.MAC))));
        endpoints.forEach((endpoint, place) -> {
            PortConfig port = port(endpoint).at(place.namespace(), place.device());
            ports.put(port.name(), port);
            macs.add(new StaticMac(endpoint.mac(), 0, port.name()));
            for (IpAddress address : endpoint.addresses()) {
                neighbours.add(new StaticNeighbour(address, endpoint.mac()));
            }
        });
        return new SwitchConfig(device, SettingValues.DEFAULTS.with(SwitchSchema.ARP, arp), ports, macs, neighbours);
    }

    private Stream<IpPrefix> gateways() {
        return Stream.concat(ipv4.stream(), ipv6.stream()).flatMap(subnet -> subnet.gateway().stream());
    }

    private PortConfig hostPort() {
        return PortConfig.of(device)
                .with(PortSchema.MTU, mtu)
                .with(PortSchema.MAC, GeneratedMacs.ofHostPort(id))
                .with(PortSchema.ADDRESSES, gateways().map(IpPrefix::toString).toList())
                .with(PortSchema.PERSISTENT, true);
    }

    /** Addresses, routes and up are Docker's affair; the device outlives us, so that a container does not notice when we restart. */
    private PortConfig port(DockerEndpoint endpoint) {
        return PortConfig.of(endpoint.device())
                .with(PortSchema.MTU, mtu)
                .with(PortSchema.MAC, endpoint.mac())
                .with(PortSchema.UP, false)
                .with(PortSchema.PERSISTENT, true)
                .with(PortSchema.ISOLATED, isolated)
                .with(PortSchema.LEARNING_LIMIT, learningLimit)
                .with(PortSchema.DROP_BEYOND_LIMIT, learningLimit > 0);
    }
}
