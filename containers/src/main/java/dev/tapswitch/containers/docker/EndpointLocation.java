package dev.tapswitch.containers.docker;

import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.NamespaceLinks;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The location of an endpoint's interface. It is created on the host; Docker moves it into the container and renames it, and moves it back at the
 * end.
 *
 * @param device its name in that namespace
 */
record EndpointLocation(Namespace namespace, String device) {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointLocation.class);
    private static final Namespace HOST = new Namespace.Current();

    static EndpointLocation onHost(DockerEndpoint endpoint) {
        return new EndpointLocation(HOST, endpoint.device());
    }

    /** Finds the interface by its kind and MAC address, in the container and then on the host; empty if it is gone. */
    static Optional<EndpointLocation> find(DockerEndpoint endpoint) {
        if (sandboxExists(endpoint)) {
            Optional<EndpointLocation> inside = find(new Namespace.AtPath(endpoint.sandbox()), endpoint);
            if (inside.isPresent()) return inside;
        }
        return find(HOST, endpoint).filter(location -> location.device().equals(endpoint.device()));
    }

    /** Whether the namespace of the container exists. */
    static boolean sandboxExists(DockerEndpoint endpoint) {
        return !endpoint.sandbox().isEmpty() && Files.exists(Path.of(endpoint.sandbox()));
    }

    /** Whether there is a TAP with this name on the host. */
    static boolean isTapOnHost(String device) {
        try {
            return NamespaceLinks.call(HOST, links -> links.find(device).flatMap(LinkInfo::tap))
                    .isPresent();
        } catch (DeviceException e) {
            LOG.debug("cannot search for {}: {}", device, e.getMessage());
            return false;
        }
    }

    private static Optional<EndpointLocation> find(Namespace namespace, DockerEndpoint endpoint) {
        try {
            return NamespaceLinks.call(namespace, links -> links.find(endpoint.mac(), link -> isOfKind(link, endpoint)))
                    .map(link -> new EndpointLocation(namespace, link.name()));
        } catch (DeviceException e) {
            LOG.debug("cannot search for {}: {}", endpoint.device(), e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isOfKind(LinkInfo link, DockerEndpoint endpoint) {
        return endpoint.kind() == PortKind.VETH
                ? link.kind().equals("veth")
                : link.tap().isPresent();
    }
}
