package dev.tapswitch.cli.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A lab as its file describes it. Settings of the daemon are kept as YAML nodes and passed on unchanged.
 *
 * @param file the lab file
 * @param daemonSettings the settings at the top level of the daemon's configuration, for example io and workers
 * @param switches the settings of each switch, in the order of the file; null for a switch without settings
 */
record Lab(String name, Path file, Map<String, Node> daemonSettings, Map<String, Node> switches, List<LabNode> nodes) {
    /**
     * A node: a namespace and its ports.
     *
     * @param namespace the name of the namespace, as {@code ip netns} shows it
     * @param namespaceGiven whether the file names the namespace; such a namespace may exist already and is then never deleted
     */
    record LabNode(String name, String namespace, boolean namespaceGiven, List<Attachment> attachments) {}

    /**
     * An interface of a node, which is a port of a switch.
     *
     * @param settings the settings of the port, as YAML nodes
     * @param line the line in the lab file, counted from 1
     */
    record Attachment(String switchName, String port, String device, Map<String, Node> settings, int line) {}

    boolean usesIpv6() {
        return nodes.stream()
                .flatMap(node -> node.attachments().stream())
                .anyMatch(attachment -> LabFile.texts(attachment.settings().get("addresses")).stream()
                        .anyMatch(address -> address.contains(":")));
    }
}
