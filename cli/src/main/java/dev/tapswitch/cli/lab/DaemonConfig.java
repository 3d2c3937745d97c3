package dev.tapswitch.cli.lab;

import dev.tapswitch.control.schema.PortSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The configuration of a lab's daemon, generated from the lab file. Records for each line the line of the lab file that it comes from, so that
 * errors of the daemon's reader refer to the file that the user wrote.
 */
final class DaemonConfig {
    private static final String KIND = PortSchema.KIND.key();
    /** In labs of up to this many attachments, nodes have the fast path where it works. In larger ones they have TAPs, which open five times as fast. */
    private static final int MAX_FAST = 256;

    private final List<String> lines = new ArrayList<>();
    private final List<Integer> origins = new ArrayList<>();
    private final boolean isFast;

    DaemonConfig(Lab lab, LabHome home) {
        this.isFast =
                lab.nodes().stream().mapToInt(node -> node.attachments().size()).sum() <= MAX_FAST;
        line(
                0,
                "# Written by 'tapswitch lab up' from " + lab.file().toAbsolutePath()
                        + ": edit that file, not this one.",
                1);
        line(0, "socket: " + quoted(home.socket().toString()), 1);
        line(0, "state: " + quoted(home.state().toString()), 1);
        lab.daemonSettings().forEach((key, value) -> entry(0, key, value));
        line(0, "switches:", 1);
        lab.switches().forEach((name, settings) -> switchOf(lab, name, settings));
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }

    /** The line of the lab file that a line of this configuration comes from. Both are counted from 1. */
    int origin(int line) {
        return line < 1 || line > origins.size() ? 1 : origins.get(line - 1);
    }

    private void switchOf(Lab lab, String name, Node settings) {
        line(1, quoted(name) + ":", settings == null ? 1 : LabFile.lineOf(settings));
        Node portsOfSettings = null;
        if (settings instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                var key = ((ScalarNode) tuple.getKeyNode()).getValue();
                if (key.equals("ports")) portsOfSettings = tuple.getValueNode();
                else entry(2, key, tuple.getValueNode());
            }
        }
        line(2, "ports:", 1);
        if (portsOfSettings instanceof MappingNode mapping) pairs(3, mapping);
        for (var node : lab.nodes()) {
            for (var attachment : node.attachments()) {
                if (!attachment.switchName().equals(name)) continue;
                line(3, quoted(attachment.port()) + ":", attachment.line());
                line(4, "namespace: " + quoted(node.namespace()), attachment.line());
                line(4, "device: " + quoted(attachment.device()), attachment.line());
                if (isFast && !attachment.settings().containsKey(KIND))
                    line(4, quoted(KIND) + ": auto", attachment.line());
                attachment.settings().forEach((key, value) -> entry(4, key, value));
            }
        }
        if (lines.getLast().equals("    ports:")) lines.set(lines.size() - 1, "    ports: {}");
    }

    private void pairs(int depth, MappingNode mapping) {
        for (Map.Entry<String, Node> pair : pairsOf(mapping)) entry(depth, pair.getKey(), pair.getValue());
    }

    private static List<Map.Entry<String, Node>> pairsOf(MappingNode mapping) {
        return mapping.getValue().stream()
                .map(tuple -> Map.entry(((ScalarNode) tuple.getKeyNode()).getValue(), tuple.getValueNode()))
                .toList();
    }

    private void entry(int depth, String key, Node value) {
        switch (value) {
            case ScalarNode scalar -> line(depth, quoted(key) + ": " + scalarText(scalar), LabFile.lineOf(scalar));
            case SequenceNode list -> {
                line(depth, quoted(key) + (list.getValue().isEmpty() ? ": []" : ":"), LabFile.lineOf(list));
                for (var item : list.getValue()) line(depth + 1, "- " + flow(item), LabFile.lineOf(item));
            }
            case MappingNode mapping -> {
                line(depth, quoted(key) + (mapping.getValue().isEmpty() ? ": {}" : ":"), LabFile.lineOf(mapping));
                pairs(depth + 1, mapping);
            }
            default ->
                throw new LabException("line " + LabFile.lineOf(value) + ": expected a scalar, a list or a mapping");
        }
    }

    private static String flow(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalarText(scalar);
            case SequenceNode list ->
                "["
                        + String.join(
                                ", ",
                                list.getValue().stream().map(DaemonConfig::flow).toList()) + "]";
            case MappingNode mapping ->
                "{"
                        + String.join(
                                ", ",
                                pairsOf(mapping).stream()
                                        .map(p -> quoted(p.getKey()) + ": " + flow(p.getValue()))
                                        .toList())
                        + "}";
            default -> "";
        };
    }

    /** A plain scalar stays plain, so that numbers and booleans keep their type. */
    private static String scalarText(ScalarNode scalar) {
        boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN
                && scalar.getValue().matches("[A-Za-z0-9._/+-]*");
        return plain ? scalar.getValue() : quoted(scalar.getValue());
    }

    private static String quoted(String text) {
        if (text.matches("[A-Za-z][A-Za-z0-9_-]*") && !text.matches("(?i)true|false|null|yes|no|on|off")) return text;
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private void line(int depth, String text, int origin) {
        lines.add("  ".repeat(depth) + text);
        origins.add(origin);
    }
}
