package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ProvidedSwitches;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.control.switches.SwitchProvider;
import dev.tapswitch.control.switches.Undo;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods of Docker's remote network driver. A method that fails leaves nothing behind. Deleting something that does not exist succeeds, because
 * Docker repeats such requests after it was killed. Must be used on the control thread.
 */
final class NetworkDriver {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkDriver.class);

    private final ControlService control;
    private final ProvidedSwitches provider = new ProvidedSwitches(
            "a Docker network",
            "remove it with 'docker network rm'",
            "disconnect its container with 'docker network disconnect'");
    private final Nat nat;
    private final DockerState state;
    private final InterfaceKinds kinds;
    /** The locations of the interfaces, by endpoint id. */
    private final Map<String, EndpointLocation> locations = new LinkedHashMap<>();

    NetworkDriver(ControlService control, Nat nat, DockerState state) {
        this.control = control;
        this.nat = nat;
        this.state = state;
        this.kinds = new InterfaceKinds(control.runtime().fastPath());
    }

    Json getCapabilities() {
        return Json.object().put("Scope", "local").put("ConnectivityScope", "local");
    }

    Json createNetwork(Json request) throws RequestException {
        DockerNetwork network = NetworkOptions.read(request);
        for (DockerNetwork other : state.networks.values()) {
            if (other.id().equals(network.id()) || other.device().equals(network.device())) {
                throw new RequestException(
                        Reason.CONFLICT,
                        "interface " + network.device() + " already belongs to another network; choose another name");
            }
        }
        try (Undo undo = new Undo()) {
            undo.add("network " + network.device(), () -> forget(network));
            state.networks.put(network.id(), network);
            undo.add("switch " + network.device(), () -> control.withdraw(provider, network.device()));
            provide(network);
            undo.add("the rules of network " + network.device(), () -> nat.remove(network.device()));
            nat.put(network.nat());
            state.save();
            undo.commit();
        }
        LOG.info("network {} is created", network.device());
        return empty();
    }

    Json deleteNetwork(Json request) throws RequestException {
        DockerNetwork network = state.networks.get(request.path("NetworkID").asString(""));
        if (network == null) return empty();
        for (DockerEndpoint endpoint : endpointsOf(network)) remove(endpoint);
        nat.remove(network.device());
        control.withdraw(provider, network.device());
        forget(network);
        state.save();
        LOG.info("network {} is removed", network.device());
        return empty();
    }

    private void forget(DockerNetwork network) {
        state.networks.remove(network.id());
        kinds.forget(network);
    }

    Json createEndpoint(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = endpoint(request, network, kinds.of(network));
        for (DockerEndpoint other : endpointsOf(network)) removeStale(endpoint, other);
        try (Undo undo = new Undo()) {
            undo.add("port " + endpoint.device(), () -> provide(network));
            undo.add("endpoint " + endpoint.device(), () -> {
                state.endpoints.remove(endpoint.id());
                locations.remove(endpoint.id());
            });
            state.endpoints.put(endpoint.id(), endpoint);
            locations.put(endpoint.id(), EndpointLocation.onHost(endpoint));
            provide(network);
            state.save();
            undo.commit();
        }
        Json response = empty();
        Json device = response.putObject("Interface");
        // Docker refuses a response with a value that is already in its request.
        boolean isMacRequested =
                !request.path("Interface").path("MacAddress").asString("").isEmpty();
        if (!isMacRequested) device.put("MacAddress", MacAddress.format(endpoint.mac()));
        return response;
    }

    /** Removes an endpoint that uses the same address. A dockerd that was killed loses its endpoints and assigns their addresses again. */
    private void removeStale(DockerEndpoint wanted, DockerEndpoint other) throws RequestException {
        boolean sameAddress = wanted.addresses().stream().anyMatch(other.addresses()::contains);
        if (!sameAddress && wanted.mac() != other.mac()) return;
        if (!sameAddress && EndpointLocation.sandboxExists(other)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "MAC address " + MacAddress.format(wanted.mac()) + " belongs to another container on this network");
        }
        LOG.info("port {} is removed: Docker has assigned its address to another container", other.device());
        remove(other);
    }

    Json deleteEndpoint(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null) return empty();
        remove(endpoint);
        state.save();
        return empty();
    }

    Json join(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = requireEndpoint(request);
        save(endpoint.joined(request.path("SandboxKey").asString("")));
        Json response = empty();
        response.putObject("InterfaceName").put("SrcName", endpoint.device()).put("DstPrefix", network.prefix());
        // If the response has no gateway, Docker attaches the container to a further network that has one. An
        // internal network has no gateway.
        if (!network.isInternal()) {
            putGateway(response, "Gateway", network.ipv4());
            if (endpoint.ipv6().isPresent()) putGateway(response, "GatewayIPv6", network.ipv6());
        }
        return response;
    }

    private static void putGateway(Json response, String key, List<Subnet> subnets) {
        subnets.stream()
                .findFirst()
                .ifPresent(subnet -> response.put(
                        key, subnet.gatewayAddress().map(IpAddress::toString).orElse("")));
    }

    /** Docker moves the interface out of the container after this request. */
    Json leave(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null) return empty();
        nat.withdraw(endpoint.id());
        save(endpoint.joined("").publishing(List.of()));
        moved(endpoint, EndpointLocation.onHost(endpoint));
        return empty();
    }

    Json programExternalConnectivity(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = requireEndpoint(request);
        var published = nat.publish(endpoint.id(), PortMappings.read(request.path("Options"), network, endpoint));
        try (Undo undo = new Undo()) {
            undo.add("the published ports of " + endpoint.device(), () -> nat.withdraw(endpoint.id()));
            save(endpoint.publishing(published));
            undo.commit();
        }
        return empty();
    }

    Json revokeExternalConnectivity(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null || endpoint.ports().isEmpty()) return empty();
        nat.withdraw(endpoint.id());
        save(endpoint.publishing(List.of()));
        return empty();
    }

    Json endpointOperInfo(Json request) throws RequestException {
        DockerEndpoint endpoint = requireEndpoint(request);
        Json response = empty();
        response.putObject("Value")
                .put("com.docker.network.endpoint.macaddress", MacAddress.format(endpoint.mac()))
                .put("tapswitch.port", endpoint.device());
        return response;
    }

    /** The source of the switches of Docker's networks. */
    SwitchProvider provider() {
        return provider;
    }

    /** Provides the switches of all networks in the state. Must be called before the control service starts. */
    void restore() {
        state.networks.values().forEach(network -> provider.put(config(network)));
    }

    /** The configuration of a network's switch. */
    private SwitchConfig config(DockerNetwork network) {
        Map<DockerEndpoint, EndpointLocation> located = new LinkedHashMap<>();
        for (DockerEndpoint endpoint : endpointsOf(network)) {
            EndpointLocation location = locations.get(endpoint.id());
            if (location != null) located.put(endpoint, location);
        }
        return network.config(kinds.ofHostPort(network), located);
    }

    /** Sets the location in which an endpoint's interface was found at the start. */
    void found(DockerEndpoint endpoint, EndpointLocation location) {
        locations.put(endpoint.id(), location);
    }

    /** The location of an endpoint's interface; null if it has none. */
    EndpointLocation locationOf(DockerEndpoint endpoint) {
        return locations.get(endpoint.id());
    }

    /** Updates the port after Docker has moved its interface. */
    void moved(DockerEndpoint endpoint, EndpointLocation location) {
        if (locations.get(endpoint.id()) == null) return;
        locations.put(endpoint.id(), location);
        DockerNetwork network = state.networks.get(endpoint.network());
        control.moved(provider, config(network), endpoint.device(), location.namespace(), location.device());
    }

    /** Adds the port of an interface that exists again at this location, or removes the port if {@code location} is null, because the interface is gone. */
    void provideWith(DockerEndpoint endpoint, EndpointLocation location) throws RequestException {
        if (location == null) locations.remove(endpoint.id());
        else locations.put(endpoint.id(), location);
        provide(state.networks.get(endpoint.network()));
    }

    /** Removes an endpoint with its port and its published ports. */
    void remove(DockerEndpoint endpoint) throws RequestException {
        nat.withdraw(endpoint.id());
        state.endpoints.remove(endpoint.id());
        locations.remove(endpoint.id());
        DockerNetwork network = state.networks.get(endpoint.network());
        if (network != null) provide(network);
    }

    private void provide(DockerNetwork network) throws RequestException {
        control.provide(provider, config(network));
    }

    private void save(DockerEndpoint changed) throws RequestException {
        try (Undo undo = new Undo()) {
            DockerEndpoint before = state.endpoints.put(changed.id(), changed);
            undo.add("the change of endpoint " + changed.device(), () -> state.endpoints.put(before.id(), before));
            state.save();
            undo.commit();
        }
    }

    private List<DockerEndpoint> endpointsOf(DockerNetwork network) {
        return state.endpoints.values().stream()
                .filter(endpoint -> endpoint.network().equals(network.id()))
                .toList();
    }

    private DockerNetwork network(Json request) throws RequestException {
        String id = request.path("NetworkID").asString("");
        DockerNetwork network = state.networks.get(id);
        if (network != null) return network;
        throw new RequestException(
                Reason.NOT_FOUND,
                "tapswitch does not know network " + id + ": remove it with 'docker network rm' and create it again");
    }

    private DockerEndpoint requireEndpoint(Json request) throws RequestException {
        String id = request.path("EndpointID").asString("");
        DockerEndpoint endpoint = state.endpoints.get(id);
        if (endpoint != null) return endpoint;
        throw new RequestException(
                Reason.NOT_FOUND, "tapswitch does not know endpoint " + id + ": restart the container");
    }

    /** The endpoint that a request describes. */
    static DockerEndpoint endpoint(Json request, DockerNetwork network, PortKind kind) throws RequestException {
        String id = request.path("EndpointID").asString("");
        if (!id.matches("[0-9a-f]{12,}"))
            throw new RequestException(
                    Reason.INVALID, "EndpointID \"" + id + "\" is not valid; expected hexadecimal digits");
        Json wanted = request.path("Interface");
        Optional<IpPrefix> ipv4 = prefix("IPv4 address", wanted.path("Address").asString(""));
        String mac = wanted.path("MacAddress").asString("");
        return new DockerEndpoint(
                id,
                network.id(),
                "tap" + id.substring(0, 12),
                mac.isEmpty()
                        ? GeneratedMacs.ofEndpoint(ipv4, id)
                        : RequestText.parse("MAC address", mac, PortSchema::stationMac),
                ipv4,
                prefix("IPv6 address", wanted.path("AddressIPv6").asString("")),
                "",
                kind,
                List.of());
    }

    private static Optional<IpPrefix> prefix(String name, String text) throws RequestException {
        return text.isEmpty() ? Optional.empty() : Optional.of(RequestText.parse(name, text, IpPrefix::parse));
    }

    private static Json empty() {
        return Json.object();
    }
}
