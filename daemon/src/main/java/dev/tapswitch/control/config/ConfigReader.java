package dev.tapswitch.control.config;

import dev.tapswitch.control.config.Problems.Format;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.MacAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads configurations and requests. Finds all problems in one pass, each with its location and what was expected. */
public final class ConfigReader {
    private final Problems problems;

    private ConfigReader(String source, Format format) {
        this.problems = new Problems(source, format);
    }

    private static ConfigReader ofRequest() {
        return new ConfigReader("", Format.JSON);
    }

    /** Reads a config file. */
    public static Config read(Path file) throws ConfigException {
        return parse(file.toString(), textOf(file));
    }

    /** Reads the text of a config file. {@code source}: its name in problems. */
    public static Config parse(String source, String text) throws ConfigException {
        ConfigReader reader = new ConfigReader(source, Format.YAML);
        Config config = reader.config(new YamlMapping(reader.compose(text), "", reader.problems));
        reader.problems.check();
        return config;
    }

    /** Reads the changes of users from the state file. {@code source}: its name in problems. */
    public static UserChanges parseUserChanges(String source, String text) throws ConfigException {
        ConfigReader reader = new ConfigReader(source, Format.JSON);
        YamlMapping top = new YamlMapping(reader.compose(text), "", reader.problems);
        top.number("version", 1, 1, 1);
        UserChanges changes = new UserChanges(
                reader.switches(top.mapping("switches"), true), reader.switches(top.mapping("additions"), true));
        top.reportUnknownKeys();
        reader.problems.check();
        return changes;
    }

    /** Reads a request for a new switch: its name and settings. */
    public static SwitchConfig switchOf(String body) throws ConfigException {
        ConfigReader reader = ofRequest();
        YamlMapping mapping = new YamlMapping(reader.compose(body), "", reader.problems);
        String name = reader.nameOf(mapping, "the new switch's name");
        SwitchConfig read = SwitchReader.read(name, mapping, reader.problems, false);
        reader.checkDevices(Map.of(name, read));
        reader.problems.check();
        return read;
    }

    /** A switch with all defaults. */
    public static SwitchConfig switchNamed(String name) throws ConfigException {
        try {
            return SwitchConfig.of(SwitchReader.checkedName(name));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(new Problem("", 0, "name", e.getMessage()));
        }
    }

    /** Reads a request for a new port. */
    public static PortConfig portOf(String body) throws ConfigException {
        ConfigReader reader = ofRequest();
        Node node = reader.compose(body);
        String name = reader.nameOf(new YamlMapping(node, "", new Problems("", Format.JSON)), "the new port's name");
        YamlMapping mapping = new YamlMapping(node, "ports." + name, reader.problems);
        mapping.value("name");
        PortConfig read = PortReader.read(mapping, PortConfig.of(name));
        reader.problems.check();
        return read;
    }

    /** Reads a request that changes a port; returns the changed port. */
    public static PortConfig portOf(PortConfig base, String body) throws ConfigException {
        ConfigReader reader = ofRequest();
        YamlMapping mapping = new YamlMapping(reader.compose(body), "ports." + base.name(), reader.problems);
        if (!base.name().equals(mapping.text("name", base.name())))
            mapping.problem("name", "a port can't be renamed; delete it and add another");
        PortConfig read = PortReader.read(mapping, base);
        if (!read.isSameDevice(base))
            mapping.problem("a port can't move to another device or namespace; delete it and add it again");
        reader.problems.check();
        return read;
    }

    /** Reads a request that binds a MAC to one of {@code ports}. */
    public static StaticMac staticMacOf(String body, Map<String, PortConfig> ports) throws ConfigException {
        ConfigReader reader = ofRequest();
        StaticMac read = SwitchReader.staticMac(new YamlMapping(reader.compose(body), "", reader.problems), ports);
        reader.problems.check();
        return read;
    }

    /** Reads a request about a frame that would arrive on one of {@code ports}. */
    public static ProbeRequest probeOf(String body, Map<String, PortConfig> ports) throws ConfigException {
        ConfigReader reader = ofRequest();
        YamlMapping mapping = new YamlMapping(reader.compose(body), "", reader.problems);
        ProbeRequest read = new ProbeRequest(
                mapping.text("in", null),
                mapping.parsed("source", MacAddress::parse, 0L),
                mapping.parsed("destination", MacAddress::parse, MacAddress.BROADCAST),
                mapping.number("vlan", 0, 4_094, 0),
                mapping.parsed("ethertype", ConfigReader::etherType, EtherType.IPV4),
                mapping.parsed("arp-target", IpAddress::parse, null));
        mapping.reportUnknownKeys();
        if (read.in() == null || !ports.containsKey(read.in())) {
            mapping.problem(
                    "in",
                    (read.in() == null ? "is not set" : "there is no port " + read.in()) + "; expected one of "
                            + String.join(", ", ports.keySet()));
        }
        if (!mapping.has("source"))
            mapping.problem("source", "is not set; expected the MAC address that sends the frame");
        reader.problems.check();
        return read;
    }

    private Config config(YamlMapping top) {
        Config config = new Config(
                top.settings(DaemonSchema.ALL, SettingValues.DEFAULTS),
                docker(top.mapping("docker")),
                switches(top.mapping("switches"), false));
        top.reportUnknownKeys();
        String defaultBridge = config.docker().get(DockerSchema.DEFAULT_BRIDGE);
        if (config.switches().containsKey(defaultBridge)) {
            top.mapping("switches")
                    .problem(defaultBridge, "is docker's default-bridge too; expected another name for this switch");
        }
        return config;
    }

    private static SettingValues docker(YamlMapping mapping) {
        SettingValues docker = mapping.settings(DockerSchema.ALL, SettingValues.DEFAULTS);
        mapping.reportUnknownKeys();
        boolean hasBridge = !docker.get(DockerSchema.DEFAULT_BRIDGE).isEmpty();
        if (hasBridge && !docker.get(DockerSchema.ENABLED))
            mapping.problem("default-bridge", "is set, and enabled is not; expected enabled: true with it");
        if (!hasBridge && !docker.get(DockerSchema.DEFAULT_BRIDGE_ADDRESS).isEmpty())
            mapping.problem("default-bridge-address", "is set without default-bridge; expected the bridge's name too");
        return docker;
    }

    private Map<String, SwitchConfig> switches(YamlMapping switches, boolean partial) {
        Map<String, SwitchConfig> read = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : switches.entries().entrySet()) {
            YamlMapping mapping = new YamlMapping(entry.getValue(), switches.pathOf(entry.getKey()), problems);
            try {
                String name = SwitchReader.checkedName(entry.getKey());
                read.put(name, SwitchReader.read(name, mapping, problems, partial));
            } catch (IllegalArgumentException e) {
                switches.problem(entry.getKey(), e.getMessage());
            }
        }
        checkDevices(switches, read);
        return read;
    }

    private void checkDevices(Map<String, SwitchConfig> switches) {
        checkDevices(new YamlMapping(null, "", problems), switches);
    }

    /** Reports interfaces that belong to more than one port. */
    private void checkDevices(YamlMapping mapping, Map<String, SwitchConfig> switches) {
        Map<String, String> owners = new HashMap<>();
        for (SwitchConfig sw : switches.values()) {
            for (PortConfig port : sw.ports().values()) {
                // The name of a device contains no slash.
                String location = port.namespace() + "/" + port.device();
                String owner = owners.putIfAbsent(location, sw.name() + "." + port.name());
                if (owner == null) continue;
                Node at = portNode(mapping, sw.name(), port.name());
                problems.add(
                        at == null ? 0 : Problems.lineOf(at),
                        mapping.pathOf(sw.name()) + ".ports." + port.name(),
                        "device " + port.device() + " in namespace " + port.namespace() + " already belongs to port "
                                + owner + "; expected each device once");
            }
        }
    }

    private static Node portNode(YamlMapping switches, String name, String port) {
        Problems none = new Problems("", Format.JSON);
        YamlMapping sw = new YamlMapping(switches.entries().get(name), "", none);
        return sw.mapping("ports").entries().get(port);
    }

    private String nameOf(YamlMapping mapping, String what) throws ConfigException {
        String name = mapping.parsed("name", SwitchReader::checkedName, null);
        if (name != null) return name;
        String text = mapping.text("name", null);
        if (text == null) throw new ConfigException(new Problem("", 0, "name", "is not set; expected " + what));
        try {
            return SwitchReader.checkedName(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(new Problem("", 0, "name", e.getMessage()));
        }
    }

    private Node compose(String text) throws ConfigException {
        try {
            return YamlText.compose(text).orElse(null);
        } catch (YamlText.NotYaml e) {
            problems.add(e.line(), "", "is not YAML: " + e.getMessage());
        }
        problems.check();
        return null;
    }

    private static String textOf(Path file) throws ConfigException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ConfigException(new Problem(
                    file.toString(),
                    0,
                    "",
                    "there is no such file; expected a configuration such as config/tapswitch.yaml"));
        } catch (IOException e) {
            throw new ConfigException(new Problem(file.toString(), 0, "", "cannot be read: " + e));
        }
    }

    private static int etherType(String text) {
        return switch (text) {
            case "ipv4" -> EtherType.IPV4;
            case "ipv6" -> EtherType.IPV6;
            case "arp" -> EtherType.ARP;
            default -> {
                if (text.matches("0x[0-9a-fA-F]{1,4}")) yield Integer.parseInt(text.substring(2), 16);
                if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 0xFFFF) yield Integer.parseInt(text);
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not an ethertype; expected ipv4, ipv6, arp, or a number such as 0x88b5");
            }
        };
    }
}
