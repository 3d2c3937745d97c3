package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.net.MacAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Converts switches to maps with the keys of the configuration file, for JSON. */
public final class ConfigWriter {
    private ConfigWriter() {}

    /** A switch with its ports, static MACs and neighbours. */
    public static Map<String, Object> of(SwitchConfig sw) {
        Map<String, Object> map = sw.values().json(SwitchSchema.ALL);
        Map<String, Object> ports = new LinkedHashMap<>();
        sw.ports().forEach((name, port) -> ports.put(name, port.json()));
        map.put("ports", ports);
        map.put("static-macs", sw.staticMacs().stream().map(ConfigWriter::of).toList());
        map.put("neighbours", sw.neighbours().stream().map(ConfigWriter::of).toList());
        return map;
    }

    private static Map<String, Object> of(StaticMac mac) {
        return Map.of("mac", MacAddress.format(mac.mac()), "port", mac.port(), "vlan", mac.vlan());
    }

    private static Map<String, Object> of(StaticNeighbour neighbour) {
        return Map.of("address", neighbour.address().toString(), "mac", MacAddress.format(neighbour.mac()));
    }
}
