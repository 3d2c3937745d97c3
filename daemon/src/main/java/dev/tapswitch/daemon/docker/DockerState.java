package dev.tapswitch.daemon.docker;

import dev.tapswitch.daemon.control.DurableFile;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.control.Refused.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What must outlive a restart, in STATE/docker.json: Docker tells a network once in its life. Control thread only.
 *
 * <p>Changes are made to the maps, then kept by {@link #save}.
 */
final class DockerState {
    private static final int VERSION = 1;

    final Map<String, DockerNetwork> networks = new LinkedHashMap<>();
    final Map<String, DockerEndpoint> endpoints = new LinkedHashMap<>();
    final Map<String, AddressPool> pools = new LinkedHashMap<>();
    private final Path file;

    private record Document(
            int version, List<DockerNetwork> networks, List<DockerEndpoint> endpoints, List<AddressPool> pools) {}

    private DockerState(Path file) {
        this.file = file;
    }

    /** What was kept in a directory; IOException says on one line what is wrong with it. */
    static DockerState load(Path directory) throws IOException {
        DockerState state = new DockerState(directory.resolve("docker.json"));
        if (!Files.exists(state.file)) return state;
        try {
            Document document = JsonMapper.shared().readValue(Files.readAllBytes(state.file), Document.class);
            document.networks().forEach(network -> state.networks.put(network.id(), network));
            document.endpoints().forEach(endpoint -> state.endpoints.put(endpoint.id(), endpoint));
            document.pools().forEach(pool -> state.pools.put(pool.id(), pool));
            return state;
        } catch (JacksonException | NullPointerException e) {
            String why = e instanceof JacksonException json ? json.getOriginalMessage() : "a part is missing";
            throw new IOException(
                    state.file + " is damaged (" + why.replace('\n', ' ')
                            + "): restore it, or remove it and make Docker's networks anew",
                    e);
        }
    }

    /** Keeps what is in the maps now. */
    void save() throws Refused {
        Document document = new Document(
                VERSION, List.copyOf(networks.values()), List.copyOf(endpoints.values()), List.copyOf(pools.values()));
        try {
            DurableFile.write(file, JsonMapper.shared().writeValueAsBytes(document));
        } catch (IOException e) {
            throw new Refused(Reason.FAILED, "it can't be kept for a restart: " + e.getMessage(), e);
        }
    }
}
