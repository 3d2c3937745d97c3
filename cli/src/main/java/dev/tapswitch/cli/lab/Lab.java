package dev.tapswitch.cli.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A lab as its file describes it. Settings that the daemon understands are kept as YAML, untouched, and handed on to it.
 *
 * @param file where it came from
 * @param daemonSettings what goes to the top of the daemon's configuration: io, workers, log-level
 * @param switches each with its settings, in the file's order; null where it has none
 */
record Lab(String name, Path file, Map<String, Node> daemonSettings, Map<String, Node> switches, List<LabNode> nodes) {
    /**
     * A namespace and how it is attached to switches.
     *
     * @param namespace its name for {@code ip netns}
     * @param namespaceGiven the file names the namespace: when it is there already, it is used, and never deleted
     */
    record LabNode(String name, String namespace, boolean namespaceGiven, List<Attachment> attachments) {}

    /**
     * One port of a switch, seen from its node.
     *
     * @param settings of the port, as YAML
     * @param line in the lab's file, from 1
     */
    record Attachment(String switchName, String port, String device, Map<String, Node> settings, int line) {}

    boolean usesIpv6() {
        return nodes.stream()
                .flatMap(node -> node.attachments().stream())
                .anyMatch(attachment -> LabFile.texts(attachment.settings().get("addresses")).stream()
                        .anyMatch(address -> address.contains(":")));
    }
}
