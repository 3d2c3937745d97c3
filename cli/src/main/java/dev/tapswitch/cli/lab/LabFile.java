package dev.tapswitch.cli.lab;

import dev.tapswitch.cli.lab.Lab.Attachment;
import dev.tapswitch.cli.lab.Lab.LabNode;
import dev.tapswitch.control.config.Problem;
import dev.tapswitch.control.config.YamlText;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Surface;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a lab file. Errors carry file and line. {@link ConfigCheck} later checks the values of the daemon's settings. */
final class LabFile {
    private static final Set<String> DAEMON_KEYS = keys(DaemonSchema.ALL);
    private static final Set<String> PORT_KEYS = keys(PortSchema.ALL);

    private final Path file;
    private final Map<String, Node> switches = new LinkedHashMap<>();
    private final Map<String, Set<String>> portNames = new LinkedHashMap<>();

    private LabFile(Path file) {
        this.file = file;
    }

    private static Set<String> keys(List<Setting<?>> schema) {
        return schema.stream()
                .filter(setting -> setting.isOn(Surface.LAB))
                .map(Setting::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    static Lab read(Path file) {
        return parse(file, textOf(file));
    }

    /** Reads the text of a lab file. {@code file} appears in errors, and its name is the default name of the lab. */
    static Lab parse(Path file, String text) {
        return new LabFile(file).parse(text);
    }

    static String nameOf(Path file) {
        return read(file).name();
    }

    /** The scalars in a node: a list of scalars, or a single scalar. Empty for null. */
    static List<String> texts(Node node) {
        if (node instanceof SequenceNode list)
            return list.getValue().stream()
                    .flatMap(item -> texts(item).stream())
                    .toList();
        return node instanceof ScalarNode scalar ? List.of(scalar.getValue()) : List.of();
    }

    static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new LabException("cannot read the lab file " + file + ": "
                    + (e instanceof NoSuchFileException ? "no such file" : e.getMessage()));
        }
    }

    private Lab parse(String text) {
        var root = map(compose(text), "the lab");
        var name = root.containsKey("name") ? text(root.get("name"), "name") : fileName();
        checkName(name, root.get("name"));
        Map<String, Node> daemonSettings = new LinkedHashMap<>();
        for (var entry : root.entrySet()) {
            if (DAEMON_KEYS.contains(entry.getKey())) daemonSettings.put(entry.getKey(), entry.getValue());
            else if (!Set.of("name", "switches", "nodes").contains(entry.getKey()))
                throw wrong(
                        entry.getValue(),
                        "unknown key \"" + entry.getKey() + "\" in a lab; expected name, switches, nodes, "
                                + String.join(", ", DAEMON_KEYS));
        }
        if (!root.containsKey("switches"))
            throw at(1, "\"switches\" is missing; expected for example 'switches: {lan: {}}'");
        if (!root.containsKey("nodes"))
            throw at(1, "\"nodes\" is missing; expected for example 'nodes: {a: {switch: lan}}'");
        readSwitches(root.get("switches"));
        var nodes = new ArrayList<LabNode>();
        map(root.get("nodes"), "nodes").forEach((node, value) -> nodes.add(node(name, node, value)));
        return new Lab(name, file, daemonSettings, switches, List.copyOf(nodes));
    }

    private Node compose(String text) {
        try {
            return YamlText.compose(text)
                    .orElseThrow(() -> at(1, "the file is empty; expected name, switches and nodes"));
        } catch (YamlText.NotYaml e) {
            throw at(Math.max(1, e.line()), "not valid YAML: " + e.getMessage());
        }
    }

    private void readSwitches(Node node) {
        for (var entry : map(node, "switches").entrySet()) {
            switches.put(entry.getKey(), isNull(entry.getValue()) ? null : entry.getValue());
            if (!isNull(entry.getValue())) map(entry.getValue(), "a switch");
            portNames.put(entry.getKey(), new HashSet<>());
        }
        if (switches.isEmpty()) throw wrong(node, "a lab needs at least one switch, for example 'lan: {}'");
    }

    private LabNode node(String lab, String name, Node value) {
        checkName(name, value);
        if (value instanceof MappingNode && map(value, "a node").containsKey("attachments")) {
            var fields = map(value, "a node");
            for (var key : fields.keySet())
                if (!Set.of("attachments", "namespace").contains(key))
                    throw wrong(
                            fields.get(key),
                            "unknown key \"" + key + "\" in a node with attachments; expected attachments, namespace");
            boolean given = fields.containsKey("namespace");
            var namespace = given ? text(fields.get("namespace"), "namespace") : lab + "-" + name;
            return new LabNode(name, namespace, given, attachments(name, fields.get("attachments")));
        }
        return new LabNode(name, lab + "-" + name, false, attachments(name, value));
    }

    private List<Attachment> attachments(String node, Node value) {
        if (isNull(value)) return List.of();
        if (value instanceof MappingNode) return List.of(attachment(node, value, 0));
        if (!(value instanceof SequenceNode list))
            throw wrong(
                    value,
                    "a node must be a list of attachments, for example '[{switch: lan, addresses: [198.18.0.1/24]}]'");
        var attachments = new ArrayList<Attachment>();
        for (var item : list.getValue()) attachments.add(attachment(node, item, attachments.size()));
        return List.copyOf(attachments);
    }

    private Attachment attachment(String node, Node value, int index) {
        var fields = map(value, "an attachment");
        for (var key : fields.keySet())
            if (!PORT_KEYS.contains(key) && !Set.of("switch", "device", "port").contains(key))
                throw wrong(
                        fields.get(key),
                        "unknown key \"" + key + "\" in an attachment; expected switch, device, port, "
                                + String.join(", ", PORT_KEYS.stream().sorted().toList()));
        var switchName = switchOf(fields, value);
        var device = fields.containsKey("device") ? text(fields.get("device"), "device") : "eth" + index;
        var taken = portNames.get(switchName);
        var port = fields.containsKey("port")
                ? text(fields.get("port"), "port")
                : taken.contains(node) ? node + "-" + device : node;
        if (!taken.add(port)) throw wrong(value, "switch " + switchName + " already has a port \"" + port + "\"");
        Map<String, Node> settings = new LinkedHashMap<>(fields);
        settings.keySet().retainAll(PORT_KEYS);
        return new Attachment(switchName, port, device, settings, lineOf(value));
    }

    private String switchOf(Map<String, Node> fields, Node where) {
        var known = String.join(", ", switches.keySet());
        if (!fields.containsKey("switch")) {
            if (switches.size() == 1) return switches.keySet().iterator().next();
            throw wrong(where, "\"switch\" is missing; expected one of " + known);
        }
        var name = text(fields.get("switch"), "switch");
        if (!switches.containsKey(name))
            throw wrong(fields.get("switch"), "unknown switch \"" + name + "\"; expected one of " + known);
        return name;
    }

    private Map<String, Node> map(Node node, String what) {
        if (isNull(node)) return Map.of();
        if (!(node instanceof MappingNode mapping)) throw wrong(node, what + " must be a mapping");
        Map<String, Node> fields = new LinkedHashMap<>();
        for (var tuple : mapping.getValue()) {
            var key = text(tuple.getKeyNode(), "a key");
            if (fields.put(key, tuple.getValueNode()) != null)
                throw wrong(tuple.getKeyNode(), "duplicate key \"" + key + "\"");
        }
        return fields;
    }

    private String text(Node node, String what) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) return scalar.getValue();
        throw wrong(node, what + " must be a text");
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(org.snakeyaml.engine.v2.nodes.Tag.NULL);
    }

    private String fileName() {
        return file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    }

    private void checkName(String name, Node where) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,40}"))
            throw at(
                    where == null ? 1 : lineOf(where),
                    "invalid name \"" + name
                            + "\"; expected 1 to 41 letters, digits, - and _, the first a letter or digit");
    }

    private LabException wrong(Node node, String what) {
        return at(lineOf(node), what);
    }

    private LabException at(int line, String what) {
        return new LabException(file + ":" + line + ": " + Problem.printable(what));
    }
}
