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
 * Where an endpoint's TAP is: made on the host, moved into the container and renamed there by Docker, and moved back at the end.
 *
 * @param device what it is called there
 */
record TapLocation(Namespace namespace, String device) {
    private static final Logger LOG = LoggerFactory.getLogger(TapLocation.class);
    private static final Namespace HOST = new Namespace.Current();

    static TapLocation onHost(DockerEndpoint endpoint) {
        return new TapLocation(HOST, endpoint.device());
    }

    /** Looks for it by its MAC, in the container and then on the host; empty where it is gone. */
    static Optional<TapLocation> find(DockerEndpoint endpoint) {
        if (isSandboxThere(endpoint)) {
            Optional<TapLocation> inside = find(new Namespace.AtPath(endpoint.sandbox()), endpoint);
            if (inside.isPresent()) return inside;
        }
        return find(HOST, endpoint).filter(place -> place.device().equals(endpoint.device()));
    }

    static boolean isSandboxThere(DockerEndpoint endpoint) {
        return !endpoint.sandbox().isEmpty() && Files.exists(Path.of(endpoint.sandbox()));
    }

    private static Optional<TapLocation> find(Namespace namespace, DockerEndpoint endpoint) {
        try {
            return TapDevice.find(namespace, endpoint.mac()).map(device -> new TapLocation(namespace, device));
        } catch (DeviceException e) {
            LOG.debug("looking for {}: {}", endpoint.device(), e.getMessage());
            return Optional.empty();
        }
    }
}
