package dev.tapswitch.containers.docker;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The location of an endpoint's TAP. The TAP is created on the host; Docker moves it into the container and renames it, and moves it back at the
 * end.
 *
 * @param device its name in that namespace
 */
record TapLocation(Namespace namespace, String device) {
    private static final Logger LOG = LoggerFactory.getLogger(TapLocation.class);
    private static final Namespace HOST = new Namespace.Current();

    static TapLocation onHost(DockerEndpoint endpoint) {
        return new TapLocation(HOST, endpoint.device());
    }

    /** Finds the TAP by its MAC address, in the container and then on the host; empty if it is gone. */
    static Optional<TapLocation> find(DockerEndpoint endpoint) {
        if (sandboxExists(endpoint)) {
            Optional<TapLocation> inside = find(new Namespace.AtPath(endpoint.sandbox()), endpoint);
            if (inside.isPresent()) return inside;
        }
        return find(HOST, endpoint).filter(location -> location.device().equals(endpoint.device()));
    }

    /** Whether the namespace of the container exists. */
    static boolean sandboxExists(DockerEndpoint endpoint) {
        return !endpoint.sandbox().isEmpty() && Files.exists(Path.of(endpoint.sandbox()));
    }

    private static Optional<TapLocation> find(Namespace namespace, DockerEndpoint endpoint) {
        try {
            return TapDevice.find(namespace, endpoint.mac()).map(device -> new TapLocation(namespace, device));
        } catch (DeviceException e) {
            LOG.debug("cannot search for {}: {}", endpoint.device(), e.getMessage());
            return Optional.empty();
        }
    }
}
