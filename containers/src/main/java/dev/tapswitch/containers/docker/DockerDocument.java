package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.bridge.ArpMode;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The JSON format of the state file. The keys must not change, because a new version reads the files of earlier ones. Methods that read throw a JsonException that
 * names the key that is missing or wrong.
 */
final class DockerDocument {
    private DockerDocument() {}

    static Json of(DockerNetwork network) {
        Json node = Json.object().put("id", network.id()).put("device", network.device());
        node.set("ipv4", array(network.ipv4(), DockerDocument::of))
                .set("ipv6", array(network.ipv6(), DockerDocument::of));
        return node.put("mtu", network.mtu())
                .put("internal", network.options().contains(Option.INTERNAL))
                .put("masquerade", network.options().contains(Option.MASQUERADE))
                .put("routedIpv4", network.options().contains(Option.ROUTED_IPV4))
                .put("routedIpv6", network.options().contains(Option.ROUTED_IPV6))
                .put("hostAddress", textOf(network.hostAddress()))
                .put("prefix", network.prefix())
                .put("isolated", network.options().contains(Option.ISOLATED))
                .set("settings", of(network.settings()));
    }

    static DockerNetwork network(Json node) {
        return new DockerNetwork(
                text(node, "id"),
                text(node, "device"),
                list(node, "ipv4", DockerDocument::subnet),
                list(node, "ipv6", DockerDocument::subnet),
                node.required("mtu").asInt(),
                options(node),
                optionalAddress(node, "hostAddress"),
                text(node, "prefix"),
                settings(node));
    }

    private static Json of(SettingValues values) {
        Json settings = Json.object();
        for (Setting<?> setting : DockerSettings.ALL) settings.put(setting.key(), DockerSettings.text(values, setting));
        return settings;
    }

    /** A setting that an earlier version did not have has its default. */
    private static SettingValues settings(Json node) {
        SettingValues values = DockerSettings.defaults();
        if (!node.has("settings")) {
            return values.with(SwitchSchema.ARP, constant(node, "arp", ArpMode.values()))
                    .with(PortSchema.LEARNING_LIMIT, node.path("learningLimit").asInt());
        }
        Json settings = node.path("settings");
        for (Setting<?> setting : DockerSettings.ALL) {
            SettingValues before = values;
            String key = setting.key();
            if (settings.has(key))
                values = parsed(key, text(settings, key), text -> DockerSettings.with(before, setting, text));
        }
        return values;
    }

    private static Set<Option> options(Json node) {
        Set<Option> options = EnumSet.noneOf(Option.class);
        if (node.path("internal").asBoolean()) options.add(Option.INTERNAL);
        if (node.path("masquerade").asBoolean()) options.add(Option.MASQUERADE);
        if (node.path("routedIpv4").asBoolean()) options.add(Option.ROUTED_IPV4);
        if (node.path("routedIpv6").asBoolean()) options.add(Option.ROUTED_IPV6);
        if (node.path("isolated").asBoolean()) options.add(Option.ISOLATED);
        return options;
    }

    static Json of(DockerEndpoint endpoint) {
        return Json.object()
                .put("id", endpoint.id())
                .put("network", endpoint.network())
                .put("device", endpoint.device())
                .put("mac", endpoint.mac())
                .put("ipv4", text(endpoint.ipv4()))
                .put("ipv6", text(endpoint.ipv6()))
                .put("sandbox", endpoint.sandbox())
                .put("kind", endpoint.kind().name())
                .set("ports", array(endpoint.ports(), DockerDocument::of));
    }

    static DockerEndpoint endpoint(Json node) {
        return new DockerEndpoint(
                text(node, "id"),
                text(node, "network"),
                text(node, "device"),
                node.required("mac").asLong(),
                prefix(node, "ipv4"),
                prefix(node, "ipv6"),
                text(node, "sandbox"),
                kind(node),
                list(node, "ports", DockerDocument::port));
    }

    static Json of(AddressPool pool) {
        Json given = Json.object();
        pool.assigned().forEach((address, mac) -> given.put(address.toString(), mac));
        return Json.object()
                .put("id", pool.id())
                .put("pool", pool.pool().toString())
                .put("range", pool.range().toString())
                .set("given", given);
    }

    static AddressPool pool(Json node) {
        Map<IpAddress, String> given = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : node.required("given").properties()) {
            given.put(address("given", entry.getKey()), entry.getValue().asString());
        }
        return new AddressPool(text(node, "id"), required(node, "pool"), required(node, "range"), given);
    }

    static <T> Json array(Collection<T> values, Function<T, Json> each) {
        Json array = Json.array();
        values.forEach(value -> array.add(each.apply(value)));
        return array;
    }

    static <T> List<T> list(Json node, String name, Function<Json, T> each) {
        List<T> list = new ArrayList<>();
        node.required(name).forEach(element -> list.add(each.apply(element)));
        return list;
    }

    private static Json of(Subnet subnet) {
        return Json.object().put("pool", subnet.pool().toString()).put("gateway", text(subnet.gateway()));
    }

    private static Subnet subnet(Json node) {
        return new Subnet(required(node, "pool"), prefix(node, "gateway"));
    }

    private static Json of(PublishedPort port) {
        return Json.object()
                .put("device", port.device())
                .put("protocol", port.protocol())
                .put("hostAddress", textOf(port.hostAddress()))
                .put("hostPort", port.hostPort())
                .put("ipv4", textOf(port.ipv4()))
                .put("ipv6", textOf(port.ipv6()))
                .put("containerPort", port.containerPort());
    }

    private static PublishedPort port(Json node) {
        return new PublishedPort(
                text(node, "device"),
                text(node, "protocol"),
                optionalAddress(node, "hostAddress"),
                node.required("hostPort").asInt(),
                optionalAddress(node, "ipv4"),
                optionalAddress(node, "ipv6"),
                node.required("containerPort").asInt());
    }

    private static String text(Json node, String name) {
        return node.required(name).asString();
    }

    private static String text(Optional<IpPrefix> prefix) {
        return prefix.map(IpPrefix::toString).orElse("");
    }

    private static Optional<IpPrefix> prefix(Json node, String name) {
        return text(node, name).isEmpty() ? Optional.empty() : Optional.of(required(node, name));
    }

    private static IpPrefix required(Json node, String name) {
        return parsed(name, text(node, name), IpPrefix::parse);
    }

    private static String textOf(Optional<IpAddress> address) {
        return address.map(IpAddress::toString).orElse("");
    }

    private static Optional<IpAddress> optionalAddress(Json node, String name) {
        String text = text(node, name);
        return text.isEmpty() ? Optional.empty() : Optional.of(address(name, text));
    }

    private static IpAddress address(String name, String text) {
        return parsed(name, text, IpAddress::parse);
    }

    private static <T> T parsed(String name, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new JsonException("\"" + name + "\": " + e.getMessage());
        }
    }

    /** Earlier versions had TAPs only, and did not write the kind. */
    private static PortKind kind(Json node) {
        return node.has("kind") ? constant(node, "kind", PortKind.values()) : PortKind.TAP;
    }

    private static <T extends Enum<T>> T constant(Json node, String key, T[] constants) {
        String name = text(node, key);
        for (T constant : constants) if (constant.name().equals(name)) return constant;
        throw new JsonException("\"" + key + "\" is \"" + name + "\"; expected one of " + Arrays.toString(constants));
    }
}
