package dev.tapswitch.daemon.config;

import dev.tapswitch.core.forward.ArpMode;
import dev.tapswitch.core.forward.SwitchSettings;
import dev.tapswitch.core.frame.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Configurations as plain maps with the keys of the config file: for JSON, and for telling people what changed. */
public final class Description {
    private Description() {}

    /** All settings of a port but its name; {@code mac} only where it is set. */
    public static Map<String, Object> of(PortConfig port) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("namespace", port.namespace().toString());
        map.put("device", port.device());
        map.put("mtu", port.mtu());
        if (port.mac() >= 0) map.put("mac", MacAddress.format(port.mac()));
        map.put("addresses", port.addresses());
        map.put("routes", port.routes());
        map.put("up", port.up());
        map.put("offload", port.offload());
        map.put("persistent", port.persistent());
        map.put("hairpin", port.hairpin());
        map.put("isolated", port.isolated());
        map.put("learning-limit", port.learningLimit());
        map.put("beyond-limit", port.dropBeyondLimit() ? "drop" : "forward");
        map.put("send-limit", port.sendLimit().toString());
        map.put("receive-limit", port.receiveLimit().toString());
        map.put("accept-ra", port.acceptRa());
        return map;
    }

    public static Map<String, Object> of(SwitchSettings settings) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ageing", Durations.format(settings.ageingMs()));
        map.put("arp", of(settings.arpMode()));
        map.put("mac-capacity", settings.macCapacity());
        map.put("neighbour-capacity", settings.neighbourCapacity());
        map.put("unknown-arp-rate", settings.unknownArpPerSecond());
        return map;
    }

    public static String of(ArpMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** A whole switch, as the file writes it. */
    public static Map<String, Object> of(SwitchConfig one) {
        Map<String, Object> map = of(one.settings());
        Map<String, Object> ports = new LinkedHashMap<>();
        one.ports().forEach((name, port) -> ports.put(name, of(port)));
        map.put("ports", ports);
        map.put("static-macs", one.staticMacs().stream().map(Description::of).toList());
        map.put("neighbours", one.neighbours().stream().map(Description::of).toList());
        return map;
    }

    private static Map<String, Object> of(StaticMac mac) {
        return Map.of("mac", MacAddress.format(mac.mac()), "port", mac.port(), "vlan", mac.vlan());
    }

    private static Map<String, Object> of(StaticNeighbour neighbour) {
        return Map.of("address", neighbour.address().toString(), "mac", MacAddress.format(neighbour.mac()));
    }

    /** {@code mtu 1500 -> 9000, up true -> false}. */
    static String difference(PortConfig before, PortConfig after) {
        return difference(of(before), of(after));
    }

    static String difference(SwitchSettings before, SwitchSettings after) {
        return difference(of(before), of(after));
    }

    private static String difference(Map<String, Object> before, Map<String, Object> after) {
        Map<String, Object> all = new LinkedHashMap<>(before);
        after.forEach(all::putIfAbsent);
        return all.keySet().stream()
                .filter(key -> !Objects.equals(before.get(key), after.get(key)))
                .map(key -> key + " " + text(before.get(key)) + " -> " + text(after.get(key)))
                .collect(Collectors.joining(", "));
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "any";
            case List<?> list ->
                list.isEmpty() ? "none" : list.stream().map(Object::toString).collect(Collectors.joining(" "));
            default -> value.toString();
        };
    }
}
