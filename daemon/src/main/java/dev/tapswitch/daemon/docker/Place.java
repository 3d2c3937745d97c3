package dev.tapswitch.daemon.docker;

import dev.tapswitch.tap.device.Namespace;
import dev.tapswitch.tap.device.TapDevice;
import dev.tapswitch.tap.device.TapException;
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
record Place(Namespace namespace, String device) {
    private static final Logger LOG = LoggerFactory.getLogger(Place.class);
    private static final Namespace HOST = new Namespace.Current();

    static Place onHost(DockerEndpoint endpoint) {
        return new Place(HOST, endpoint.device());
    }

    /** Looks for it by its MAC, in the container and then on the host; empty where it is gone. */
    static Optional<Place> find(DockerEndpoint endpoint) {
        if (isSandboxThere(endpoint)) {
            Optional<Place> inside = find(new Namespace.AtPath(endpoint.sandbox()), endpoint);
            if (inside.isPresent()) return inside;
        }
        return find(HOST, endpoint).filter(place -> place.device().equals(endpoint.device()));
    }

    static boolean isSandboxThere(DockerEndpoint endpoint) {
        return !endpoint.sandbox().isEmpty() && Files.exists(Path.of(endpoint.sandbox()));
    }

    private static Optional<Place> find(Namespace namespace, DockerEndpoint endpoint) {
        try {
            return TapDevice.find(namespace, endpoint.mac()).map(device -> new Place(namespace, device));
        } catch (TapException e) {
            LOG.debug("looking for {}: {}", endpoint.device(), e.getMessage());
            return Optional.empty();
        }
    }
}
