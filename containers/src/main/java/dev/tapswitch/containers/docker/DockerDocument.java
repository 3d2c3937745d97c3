package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.core.bridge.ArpMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What Docker told us as it is kept in the state file: the records' components by their names. JsonException names a part that is missing. */
final class DockerDocument {
    private DockerDocument() {}

    static Json of(DockerNetwork network) {
        Json node = Json.object().put("id", network.id()).put("device", network.device());
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

    static DockerNetwork network(Json node) {
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

    static Json of(DockerEndpoint endpoint) {
        return Json.object()
                .put("id", endpoint.id())
                .put("network", endpoint.network())
                .put("device", endpoint.device())
                .put("mac", endpoint.mac())
                .put("ipv4", endpoint.ipv4())
                .put("ipv6", endpoint.ipv6())
                .put("sandbox", endpoint.sandbox())
                .set("ports", array(endpoint.ports(), DockerDocument::of));
    }

    static DockerEndpoint endpoint(Json node) {
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

    static Json of(AddressPool pool) {
        return Json.object()
                .put("id", pool.id())
                .put("pool", pool.pool())
                .put("range", pool.range())
                .set("given", Json.of(pool.given()));
    }

    static AddressPool pool(Json node) {
        Map<String, String> given = new LinkedHashMap<>();
        for (Map.Entry<String, Json> one : node.required("given").properties()) {
            given.put(one.getKey(), one.getValue().asString());
        }
        return new AddressPool(text(node, "id"), text(node, "pool"), text(node, "range"), given);
    }

    static <T> Json array(Collection<T> values, Function<T, Json> each) {
        Json array = Json.array();
        values.forEach(value -> array.add(each.apply(value)));
        return array;
    }

    static <T> List<T> list(Json node, String name, Function<Json, T> each) {
        List<T> list = new ArrayList<>();
        node.required(name).forEach(one -> list.add(each.apply(one)));
        return list;
    }

    private static Json of(Subnet subnet) {
        return Json.object().put("pool", subnet.pool()).put("gateway", subnet.gateway());
    }

    private static Subnet subnet(Json node) {
        return new Subnet(text(node, "pool"), text(node, "gateway"));
    }

    private static Json of(PublishedPort port) {
        return Json.object()
                .put("device", port.device())
                .put("protocol", port.protocol())
                .put("hostAddress", port.hostAddress())
                .put("hostPort", port.hostPort())
                .put("ipv4", port.ipv4())
                .put("ipv6", port.ipv6())
                .put("containerPort", port.containerPort());
    }

    private static PublishedPort port(Json node) {
        return new PublishedPort(
                text(node, "device"),
                text(node, "protocol"),
                text(node, "hostAddress"),
                node.required("hostPort").asInt(),
                text(node, "ipv4"),
                text(node, "ipv6"),
                node.required("containerPort").asInt());
    }

    private static String text(Json node, String name) {
        return node.required(name).asString();
    }

    private static ArpMode arp(String name) {
        for (ArpMode mode : ArpMode.values()) if (mode.name().equals(name)) return mode;
        throw new JsonException("\"arp\" is \"" + name + "\"");
    }
}
