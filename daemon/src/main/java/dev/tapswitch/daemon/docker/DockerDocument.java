package dev.tapswitch.daemon.docker;

import dev.tapswitch.core.forward.ArpMode;
import dev.tapswitch.daemon.json.ArrayNode;
import dev.tapswitch.daemon.json.JsonException;
import dev.tapswitch.daemon.json.JsonNode;
import dev.tapswitch.daemon.json.ObjectNode;
import dev.tapswitch.daemon.nat.PublishedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What Docker told us as it is kept in the state file: the records' components by their names. JsonException names a part that is missing. */
final class DockerDocument {
    private DockerDocument() {}

    static ObjectNode of(DockerNetwork network) {
        ObjectNode node = new ObjectNode().put("id", network.id()).put("device", network.device());
        node.set("ipv4", array(network.ipv4(), DockerDocument::of))
                .set("ipv6", array(network.ipv6(), DockerDocument::of));
        return node.put("mtu", network.mtu())
                .put("internal", network.internal())
                .put("masquerade", network.masquerade())
                .put("routedIpv4", network.routedIpv4())
                .put("routedIpv6", network.routedIpv6())
                .put("hostAddress", network.hostAddress())
                .put("prefix", network.prefix())
                .put("arp", network.arp().name())
                .put("learningLimit", network.learningLimit())
                .put("isolated", network.isolated());
    }

    static DockerNetwork network(JsonNode node) {
        return new DockerNetwork(
                text(node, "id"),
                text(node, "device"),
                list(node, "ipv4", DockerDocument::subnet),
                list(node, "ipv6", DockerDocument::subnet),
                node.required("mtu").asInt(),
                node.path("internal").asBoolean(),
                node.path("masquerade").asBoolean(),
                node.path("routedIpv4").asBoolean(),
                node.path("routedIpv6").asBoolean(),
                text(node, "hostAddress"),
                text(node, "prefix"),
                arp(text(node, "arp")),
                node.path("learningLimit").asInt(),
                node.path("isolated").asBoolean());
    }

    static ObjectNode of(DockerEndpoint endpoint) {
        return new ObjectNode()
                .put("id", endpoint.id())
                .put("network", endpoint.network())
                .put("device", endpoint.device())
                .put("mac", endpoint.mac())
                .put("ipv4", endpoint.ipv4())
                .put("ipv6", endpoint.ipv6())
                .put("sandbox", endpoint.sandbox())
                .set("ports", array(endpoint.ports(), DockerDocument::of));
    }

    static DockerEndpoint endpoint(JsonNode node) {
        return new DockerEndpoint(
                text(node, "id"),
                text(node, "network"),
                text(node, "device"),
                node.required("mac").asLong(),
                text(node, "ipv4"),
                text(node, "ipv6"),
                text(node, "sandbox"),
                list(node, "ports", DockerDocument::port));
    }

    static ObjectNode of(AddressPool pool) {
        return new ObjectNode()
                .put("id", pool.id())
                .put("pool", pool.pool())
                .put("range", pool.range())
                .set("given", JsonNode.of(pool.given()));
    }

    static AddressPool pool(JsonNode node) {
        Map<String, String> given = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> one : node.required("given").properties()) {
            given.put(one.getKey(), one.getValue().asString());
        }
        return new AddressPool(text(node, "id"), text(node, "pool"), text(node, "range"), given);
    }

    static <T> ArrayNode array(Collection<T> values, Function<T, ObjectNode> each) {
        ArrayNode array = new ArrayNode();
        values.forEach(value -> array.add(each.apply(value)));
        return array;
    }

    static <T> List<T> list(JsonNode node, String name, Function<JsonNode, T> each) {
        List<T> list = new ArrayList<>();
        node.required(name).forEach(one -> list.add(each.apply(one)));
        return list;
    }

    private static ObjectNode of(Subnet subnet) {
        return new ObjectNode().put("pool", subnet.pool()).put("gateway", subnet.gateway());
    }

    private static Subnet subnet(JsonNode node) {
        return new Subnet(text(node, "pool"), text(node, "gateway"));
    }

    private static ObjectNode of(PublishedPort port) {
        return new ObjectNode()
                .put("device", port.device())
                .put("protocol", port.protocol())
                .put("hostAddress", port.hostAddress())
                .put("hostPort", port.hostPort())
                .put("ipv4", port.ipv4())
                .put("ipv6", port.ipv6())
                .put("containerPort", port.containerPort());
    }

    private static PublishedPort port(JsonNode node) {
        return new PublishedPort(
                text(node, "device"),
                text(node, "protocol"),
                text(node, "hostAddress"),
                node.required("hostPort").asInt(),
                text(node, "ipv4"),
                text(node, "ipv6"),
                node.required("containerPort").asInt());
    }

    private static String text(JsonNode node, String name) {
        return node.required(name).asString();
    }

    private static ArpMode arp(String name) {
        for (ArpMode mode : ArpMode.values()) if (mode.name().equals(name)) return mode;
        throw new JsonException("\"arp\" is \"" + name + "\"");
    }
}
