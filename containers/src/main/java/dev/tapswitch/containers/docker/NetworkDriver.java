package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.json.Json;
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
 * The methods of Docker's remote network driver. What fails leaves nothing behind; what takes something away is content when it is not there, for
 * Docker asks again after it was killed. Control thread only.
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
    /** Where the TAPs are, by endpoint. */
    private final Map<String, TapLocation> places = new LinkedHashMap<>();

    NetworkDriver(ControlService control, Nat nat, DockerState state) {
        this.control = control;
        this.nat = nat;
        this.state = state;
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
                        "there is a network with " + network.device() + " already; choose another name");
            }
        }
        try (Undo undo = new Undo()) {
            undo.add("network " + network.device(), () -> state.networks.remove(network.id()));
            state.networks.put(network.id(), network);
            undo.add("switch " + network.device(), () -> control.withdraw(provider, network.device()));
            provide(network);
            undo.add("the rules of network " + network.device(), () -> nat.remove(network.device()));
            nat.put(network.nat());
            state.save();
            undo.commit();
        }
        LOG.info("network {}: {}", network.device(), network.ipv4());
        return empty();
    }

    Json deleteNetwork(Json request) throws RequestException {
        DockerNetwork network = state.networks.get(request.path("NetworkID").asString(""));
        if (network == null) return empty();
        for (DockerEndpoint endpoint : endpointsOf(network)) forget(endpoint);
        nat.remove(network.device());
        control.withdraw(provider, network.device());
        state.networks.remove(network.id());
        state.save();
        LOG.info("network {} removed", network.device());
        return empty();
    }

    Json createEndpoint(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = endpoint(request, network);
        for (DockerEndpoint other : endpointsOf(network)) removeStale(endpoint, other);
        try (Undo undo = new Undo()) {
            undo.add("port " + endpoint.device(), () -> provide(network));
            undo.add("endpoint " + endpoint.device(), () -> {
                state.endpoints.remove(endpoint.id());
                places.remove(endpoint.id());
            });
            state.endpoints.put(endpoint.id(), endpoint);
            places.put(endpoint.id(), TapLocation.onHost(endpoint));
            provide(network);
            state.save();
            undo.commit();
        }
        Json answer = empty();
        Json told = answer.putObject("Interface");
        boolean given =
                !request.path("Interface").path("MacAddress").asString("").isEmpty();
        if (!given) told.put("MacAddress", MacAddress.format(endpoint.mac()));
        return answer;
    }

    /**
     * A dockerd that was killed forgets its endpoints without a word, and gives their addresses to others: what then stands in the way is
     * forgotten here too.
     */
    private void removeStale(DockerEndpoint wanted, DockerEndpoint other) throws RequestException {
        boolean sameAddress = wanted.addresses().stream().anyMatch(other.addresses()::contains);
        if (!sameAddress && wanted.mac() != other.mac()) return;
        if (!sameAddress && TapLocation.isSandboxThere(other)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "MAC address " + MacAddress.format(wanted.mac()) + " is another container's on this network");
        }
        LOG.info("port {}: Docker gave its address away; forgotten", other.device());
        forget(other);
    }

    Json deleteEndpoint(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null) return empty();
        forget(endpoint);
        state.save();
        return empty();
    }

    Json join(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = requireEndpoint(request);
        keep(endpoint.joined(request.path("SandboxKey").asString("")));
        Json answer = empty();
        answer.putObject("InterfaceName").put("SrcName", endpoint.device()).put("DstPrefix", network.prefix());
        // Docker gives a container without a gateway another network that has one, unless its network is internal.
        if (!network.isInternal()) {
            putGateway(answer, "Gateway", network.ipv4());
            if (endpoint.ipv6().isPresent()) putGateway(answer, "GatewayIPv6", network.ipv6());
        }
        return answer;
    }

    private static void putGateway(Json answer, String key, List<Subnet> subnets) {
        subnets.stream()
                .findFirst()
                .ifPresent(subnet -> answer.put(
                        key, subnet.gatewayAddress().map(IpAddress::toString).orElse("")));
    }

    /** Docker takes the TAP out of the container after this. */
    Json leave(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null) return empty();
        nat.withdraw(endpoint.id());
        keep(endpoint.joined("").publishing(List.of()));
        moved(endpoint, TapLocation.onHost(endpoint));
        return empty();
    }

    Json programExternalConnectivity(Json request) throws RequestException {
        DockerNetwork network = network(request);
        DockerEndpoint endpoint = requireEndpoint(request);
        var published = nat.publish(endpoint.id(), PortMappings.read(request.path("Options"), network, endpoint));
        try (Undo undo = new Undo()) {
            undo.add("the published ports of " + endpoint.device(), () -> nat.withdraw(endpoint.id()));
            keep(endpoint.publishing(published));
            undo.commit();
        }
        return empty();
    }

    Json revokeExternalConnectivity(Json request) throws RequestException {
        DockerEndpoint endpoint = state.endpoints.get(request.path("EndpointID").asString(""));
        if (endpoint == null || endpoint.ports().isEmpty()) return empty();
        nat.withdraw(endpoint.id());
        keep(endpoint.publishing(List.of()));
        return empty();
    }

    Json endpointOperInfo(Json request) throws RequestException {
        DockerEndpoint endpoint = requireEndpoint(request);
        Json answer = empty();
        answer.putObject("Value")
                .put("com.docker.network.endpoint.macaddress", MacAddress.format(endpoint.mac()))
                .put("tapswitch.port", endpoint.device());
        return answer;
    }

    /** The source of the switches of Docker's networks. */
    SwitchProvider provider() {
        return provider;
    }

    /** Provides the switches of all networks of the state. Before control starts. */
    void restore() {
        state.networks.values().forEach(network -> provider.put(config(network)));
    }

    /** The switch of a network as it is now. */
    private SwitchConfig config(DockerNetwork network) {
        Map<DockerEndpoint, TapLocation> there = new LinkedHashMap<>();
        for (DockerEndpoint endpoint : endpointsOf(network)) {
            TapLocation place = places.get(endpoint.id());
            if (place != null) there.put(endpoint, place);
        }
        return network.config(there);
    }

    /** Tells where an endpoint's TAP was found at the start; nothing where it was not. */
    void found(DockerEndpoint endpoint, TapLocation place) {
        places.put(endpoint.id(), place);
    }

    TapLocation placeOf(DockerEndpoint endpoint) {
        return places.get(endpoint.id());
    }

    /** Docker has moved a TAP. */
    void moved(DockerEndpoint endpoint, TapLocation place) {
        if (places.get(endpoint.id()) == null) return;
        places.put(endpoint.id(), place);
        DockerNetwork network = state.networks.get(endpoint.network());
        control.moved(provider, config(network), endpoint.device(), place.namespace(), place.device());
    }

    /** A TAP is there again, or no more: its port comes or goes. */
    void provideWith(DockerEndpoint endpoint, TapLocation place) throws RequestException {
        if (place == null) places.remove(endpoint.id());
        else places.put(endpoint.id(), place);
        provide(state.networks.get(endpoint.network()));
    }

    /** Removes an endpoint, with its port and what is published of it. */
    void forget(DockerEndpoint endpoint) throws RequestException {
        nat.withdraw(endpoint.id());
        state.endpoints.remove(endpoint.id());
        places.remove(endpoint.id());
        DockerNetwork network = state.networks.get(endpoint.network());
        if (network != null) provide(network);
    }

    private void provide(DockerNetwork network) throws RequestException {
        control.provide(provider, config(network));
    }

    private void keep(DockerEndpoint changed) throws RequestException {
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
                "tapswitch does not know network " + id + ": remove it with 'docker network rm' and make it anew");
    }

    private DockerEndpoint requireEndpoint(Json request) throws RequestException {
        String id = request.path("EndpointID").asString("");
        DockerEndpoint endpoint = state.endpoints.get(id);
        if (endpoint != null) return endpoint;
        throw new RequestException(
                Reason.NOT_FOUND, "tapswitch does not know endpoint " + id + ": restart the container");
    }

    private static DockerEndpoint endpoint(Json request, DockerNetwork network) throws RequestException {
        String id = request.path("EndpointID").asString("");
        if (!id.matches("[0-9a-f]{12,}"))
            throw new RequestException(Reason.INVALID, "EndpointID \"" + id + "\" is no id");
        Json wanted = request.path("Interface");
        Optional<IpPrefix> ipv4 = prefix(wanted.path("Address").asString(""));
        String mac = wanted.path("MacAddress").asString("");
        return new DockerEndpoint(
                id,
                network.id(),
                "tap" + id.substring(0, 12),
                mac.isEmpty() ? GeneratedMacs.ofEndpoint(ipv4, id) : MacAddress.parse(mac),
                ipv4,
                prefix(wanted.path("AddressIPv6").asString("")),
                "",
                List.of());
    }

    private static Optional<IpPrefix> prefix(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(IpPrefix.parse(text));
    }

    private static Json empty() {
        return Json.object();
    }
}
