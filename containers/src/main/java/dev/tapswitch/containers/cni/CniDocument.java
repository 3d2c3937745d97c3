package dev.tapswitch.containers.cni;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.core.net.IpPrefix;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON format of the state file. The keys must not change, because a new version reads the files of earlier ones. In version 1 of the format, ports
 * were saved as the users' changes.
 */
final class CniDocument {
    private static final int VERSION = 2;

    private CniDocument() {}

    static Json of(CniInventory inventory) {
        Json document = Json.object().put("version", VERSION);
        Json networks = document.putArray("networks");
        inventory.networks().values().forEach(network -> networks.add(of(network)));
        Json hostPorts = document.putArray("hostPorts");
        for (SwitchConfig sw : inventory.hostPorts().values()) {
            for (PortConfig port : sw.ports().values())
                hostPorts.add(Json.object().put("switchName", sw.name()).set("port", of(port)));
        }
        inventory
                .takenOver()
                .ifPresent(switches -> document.set(
                        "takenOver", Json.of(switches.stream().sorted().toList())));
        return document;
    }

    private static Json of(CniNetwork network) {
        return Json.object()
                .put("name", network.name())
                .put("switchName", network.switchName())
                .put("hostDevice", network.hostDevice())
                .set(
                        "masqueraded",
                        Json.of(network.masqueraded().stream()
                                .map(IpPrefix::toString)
                                .toList()))
                .set(
                        "ports",
                        Json.of(network.ports().values().stream()
                                .map(CniDocument::of)
                                .toList()));
    }

    private static Json of(PortConfig port) {
        return Json.of(port.json()).put("name", port.name());
    }

    /** Reads a document. Throws JsonException if a key is missing or has a wrong type. {@code users}: has the ports of a document of version 1. */
    static CniInventory inventory(Json document, UserChanges users) {
        if (document.path("version").asInt(1) < VERSION) return ofVersion1(document, users);
        CniInventory inventory = CniInventory.EMPTY;
        for (Json node : document.required("networks"))
            inventory = inventory.with(network(node, ports(node.required("ports"))));
        for (Json node : document.required("hostPorts"))
            inventory = inventory.withHostPort(node.required("switchName").asString(), port(node.required("port")));
        return document.has("takenOver") ? takingOver(inventory, switches(document.path("takenOver"))) : inventory;
    }

    private static CniInventory ofVersion1(Json document, UserChanges users) {
        CniInventory inventory = CniInventory.EMPTY;
        Set<String> made = new HashSet<>();
        // The names of two networks may have the same prefix; the first one gets the ports.
        Set<String> taken = new HashSet<>();
        for (Json node : document.required("networks")) {
            CniNetwork network = network(node, Map.of());
            String switchName = network.switchName();
            Map<String, PortConfig> userPorts = users.of(switchName).ports();
            for (PortConfig port : userPorts.values()) {
                boolean isOfNetwork = port.name().startsWith(Attachment.prefix(network.name()));
                if (isOfNetwork && taken.add(switchName + " " + port.name())) network = network.with(port);
            }
            inventory = inventory.with(network);
            PortConfig hostPort = userPorts.get(network.hostDevice());
            if (node.path("madeHostPort").asBoolean() && hostPort != null)
                inventory = inventory.withHostPort(switchName, hostPort);
            if (node.path("madeSwitch").asBoolean()) made.add(switchName);
        }
        return takingOver(inventory, made);
    }

    private static CniInventory takingOver(CniInventory inventory, Set<String> switches) {
        return new CniInventory(inventory.networks(), inventory.hostPorts(), Optional.of(switches));
    }

    private static CniNetwork network(Json node, Map<String, PortConfig> ports) {
        return new CniNetwork(
                new CniNetwork.Id(
                        node.required("name").asString(),
                        node.required("switchName").asString()),
                node.required("hostDevice").asString(),
                ports,
                node.required("masqueraded")
                        .valueStream()
                        .map(CniDocument::prefix)
                        .toList());
    }

    private static Map<String, PortConfig> ports(Json nodes) {
        Map<String, PortConfig> ports = new LinkedHashMap<>();
        for (Json node : nodes) {
            PortConfig port = port(node);
            ports.put(port.name(), port);
        }
        return ports;
    }

    private static PortConfig port(Json node) {
        try {
            return ConfigReader.portOf(node.toString());
        } catch (ConfigException e) {
            throw new JsonException(e.oneLine());
        }
    }

    private static Set<String> switches(Json nodes) {
        List<String> names = nodes.valueStream().map(Json::asString).toList();
        return new HashSet<>(names);
    }

    private static IpPrefix prefix(Json node) {
        try {
            return IpPrefix.parse(node.asString());
        } catch (IllegalArgumentException e) {
            throw new JsonException("\"masqueraded\": " + e.getMessage());
        }
    }
}
