package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Subject;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A network that Docker has created, kept in the state file.
 *
 * @param id 64 hexadecimal digits
 * @param device the name of the switch and of the interface of its host port
 * @param mtu the MTU of the network's interfaces, in bytes
 * @param options the options of the firewall; ISOLATED (Docker's enable_icc=false) applies to the switch as well
 * @param hostAddress the host address of published ports without one; empty for all addresses
 * @param prefix the names of interfaces in containers, without their number
 * @param settings the values of {@link DockerSettings#ALL}
 */
record DockerNetwork(
        String id,
        String device,
        List<Subnet> ipv4,
        List<Subnet> ipv6,
        int mtu,
        Set<Option> options,
        Optional<IpAddress> hostAddress,
        String prefix,
        SettingValues settings) {
    DockerNetwork {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
        options = Set.copyOf(options);
    }

    <T> T get(Setting<T> setting) {
        return settings.get(setting);
    }

    /** Whether a port setting also applies to the host port. The others limit containers, and the host is not a container. */
    private static boolean isOfInterface(Setting<?> setting) {
        return setting.subject() == Subject.INTERFACE;
    }

    /** Whether no packets enter or leave the network. */
    boolean isInternal() {
        return options.contains(Option.INTERNAL);
    }

    /** The network for the firewall. */
    NatNetwork nat() {
        return new NatNetwork(device, pools(ipv4), pools(ipv6), options);
    }

    private static List<IpPrefix> pools(List<Subnet> subnets) {
        return subnets.stream().map(Subnet::pool).toList();
    }

    /**
     * The configuration of the switch: a host port with the gateway addresses (the counterpart of docker0's interface), and a port for each endpoint.
     *
     * @param host the type of the host port's interface: TAP or VETH
     * @param endpoints the endpoints and the locations of their interfaces
     */
    SwitchConfig config(PortKind host, Map<DockerEndpoint, EndpointLocation> endpoints) {
        Map<String, PortConfig> ports = new LinkedHashMap<>();
        List<StaticMac> macs = new ArrayList<>();
        List<StaticNeighbour> neighbours = new ArrayList<>();
        PortConfig hostPort = hostPort(host);
        long hostMac = hostPort.get(PortSchema.MAC);
        ports.put(hostPort.name(), hostPort);
        macs.add(new StaticMac(hostMac, 0, hostPort.name()));
        gateways().forEach(gateway -> neighbours.add(new StaticNeighbour(gateway.address(), hostMac)));
        endpoints.forEach((endpoint, location) -> {
            PortConfig port = port(endpoint).at(location.namespace(), location.device());
            ports.put(port.name(), port);
            macs.add(new StaticMac(endpoint.mac(), 0, port.name()));
            for (IpAddress address : endpoint.addresses()) {
                neighbours.add(new StaticNeighbour(address, endpoint.mac()));
            }
        });
        return new SwitchConfig(device, settings.only(SwitchSchema.ALL), ports, macs, neighbours);
    }

    private Stream<IpPrefix> gateways() {
        return Stream.concat(ipv4.stream(), ipv6.stream()).flatMap(subnet -> subnet.gateway().stream());
    }

    /** A TAP is persistent, so that a restart of the daemon does not affect the host's addresses and rules. A veth pair survives a restart anyway. */
    private PortConfig hostPort(PortKind kind) {
        return DockerSettings.on(PortConfig.of(device), settings, DockerNetwork::isOfInterface)
                .with(PortSchema.KIND, kind)
                .with(PortSchema.MTU, mtu)
                .with(PortSchema.MAC, GeneratedMacs.ofHostPort(id))
                .with(PortSchema.ADDRESSES, gateways().map(IpPrefix::toString).toList())
                .with(PortSchema.PERSISTENT, kind == PortKind.TAP);
    }

    /** Docker sets addresses, routes and the link state. The interface is persistent, so that the container keeps it while the daemon does not run. */
    private PortConfig port(DockerEndpoint endpoint) {
        return DockerSettings.on(PortConfig.of(endpoint.device()), settings, _ -> true)
                .with(PortSchema.KIND, endpoint.kind())
                .with(PortSchema.MTU, mtu)
                .with(PortSchema.MAC, endpoint.mac())
                .with(PortSchema.UP, false)
                .with(PortSchema.PERSISTENT, true)
                .with(PortSchema.ISOLATED, options.contains(Option.ISOLATED))
                .with(PortSchema.DROP_BEYOND_LIMIT, get(PortSchema.LEARNING_LIMIT) > 0);
    }
}
