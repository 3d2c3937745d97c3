package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.linux.tap.TapSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a switch from a file or a request. */
final class SwitchReader {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,63}";

    private SwitchReader() {}

    /**
     * Reads a switch.
     *
     * @param partial whether bindings may refer to ports that are not in the mapping
     */
    static SwitchConfig read(String name, YamlMapping mapping, Problems problems, boolean partial) {
        SettingValues settings = mapping.settings(SwitchSchema.ALL, SettingValues.DEFAULTS);
        Map<String, PortConfig> ports = ports(mapping.mapping("ports"), problems);
        List<StaticMac> macs = staticMacs(mapping.mappings("static-macs"), partial ? null : ports);
        List<StaticNeighbour> neighbours = neighbours(mapping.mappings("neighbours"));
        mapping.reportUnknownKeys();
        return new SwitchConfig(name, settings, ports, macs, neighbours);
    }

    static String checkedName(String text) {
        if (text.matches(NAME)) return text;
        throw new IllegalArgumentException(
                "\"" + text
                        + "\" can't be a name; expected 1 to 64 letters, digits, or any of _ . : @ + -, a letter, digit or _ first");
    }

    static StaticMac staticMac(YamlMapping mapping, Map<String, PortConfig> ports) {
        long mac = mapping.parsed("mac", PortSchema::stationMac, TapSpec.ANY_MAC);
        int vlan = mapping.number("vlan", 0, 4_094, 0);
        String port = mapping.text("port", null);
        mapping.reportUnknownKeys();
        if (!mapping.has("mac")) mapping.problem("mac", "is not set; expected the MAC address to bind");
        if (port == null) mapping.problem("port", "is not set; expected the name of a port");
        else if (ports != null && !ports.containsKey(port))
            mapping.problem("port", "there is no port " + port + nearest(port, ports));
        return new StaticMac(mac, vlan, port);
    }

    private static Map<String, PortConfig> ports(YamlMapping ports, Problems problems) {
        Map<String, PortConfig> read = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : ports.entries().entrySet()) {
            YamlMapping port = new YamlMapping(entry.getValue(), ports.pathOf(entry.getKey()), problems);
            try {
                String name = checkedName(entry.getKey());
                read.put(name, PortReader.read(port, PortConfig.of(name)));
            } catch (IllegalArgumentException e) {
                ports.problem(entry.getKey(), e.getMessage());
            }
        }
        return read;
    }

    private static List<StaticMac> staticMacs(List<YamlMapping> mappings, Map<String, PortConfig> ports) {
        List<StaticMac> macs = new ArrayList<>();
        for (YamlMapping mapping : mappings) {
            StaticMac read = staticMac(mapping, ports);
            // A MAC that is not valid is reported already.
            if (macs.stream()
                    .anyMatch(other -> other.mac() == read.mac() && other.vlan() == read.vlan() && read.mac() >= 0)) {
                mapping.problem("mac", "is bound twice in VLAN " + read.vlan() + "; expected it once");
            }
            macs.add(read);
        }
        return macs;
    }

    private static List<StaticNeighbour> neighbours(List<YamlMapping> mappings) {
        List<StaticNeighbour> neighbours = new ArrayList<>();
        for (YamlMapping mapping : mappings) {
            IpAddress address = mapping.parsed("address", IpAddress::parse, null);
            long mac = mapping.parsed("mac", PortSchema::stationMac, TapSpec.ANY_MAC);
            mapping.reportUnknownKeys();
            if (!mapping.has("address")) mapping.problem("address", "is not set; expected an IP address");
            if (!mapping.has("mac")) mapping.problem("mac", "is not set; expected the neighbour's MAC address");
            if (address == null) continue;
            if (neighbours.stream().anyMatch(other -> other.address().equals(address))) {
                mapping.problem("address", address + " is given twice; expected it once");
            }
            neighbours.add(new StaticNeighbour(address, mac));
        }
        return neighbours;
    }

    private static String nearest(String port, Map<String, PortConfig> ports) {
        return Suggestions.nearest(port, ports.keySet())
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElse(
                        ports.isEmpty()
                                ? "; expected the name of a port of this switch"
                                : "; expected one of " + String.join(", ", ports.keySet()));
    }
}
