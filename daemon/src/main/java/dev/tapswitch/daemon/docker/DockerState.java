package dev.tapswitch.daemon.docker;

import dev.tapswitch.daemon.control.DurableFile;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.control.Refused.Reason;
import dev.tapswitch.daemon.json.Json;
import dev.tapswitch.daemon.json.JsonException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

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

    private DockerState(Path file) {
        this.file = file;
    }

    /** What was kept in a directory; IOException says on one line what is wrong with it. */
    static DockerState load(Path directory) throws IOException {
        DockerState state = new DockerState(directory.resolve("docker.json"));
        if (!Files.exists(state.file)) return state;
        try {
            Json document = Json.parse(Files.readString(state.file));
            DockerDocument.list(document, "networks", DockerDocument::network)
                    .forEach(network -> state.networks.put(network.id(), network));
            DockerDocument.list(document, "endpoints", DockerDocument::endpoint)
                    .forEach(endpoint -> state.endpoints.put(endpoint.id(), endpoint));
            DockerDocument.list(document, "pools", DockerDocument::pool)
                    .forEach(pool -> state.pools.put(pool.id(), pool));
            return state;
        } catch (JsonException | CharacterCodingException e) {
            String why = e instanceof JsonException ? e.getMessage() : "not UTF-8";
            throw new IOException(
                    state.file + " is damaged (" + why + "): restore it, or remove it and make Docker's networks anew",
                    e);
        }
    }

    /** Keeps what is in the maps now. */
    void save() throws Refused {
        Json document = Json.object()
                .put("version", VERSION)
                .set("networks", DockerDocument.array(networks.values(), DockerDocument::of))
                .set("endpoints", DockerDocument.array(endpoints.values(), DockerDocument::of))
                .set("pools", DockerDocument.array(pools.values(), DockerDocument::of));
        try {
            DurableFile.write(file, document.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Refused(Reason.FAILED, "it can't be kept for a restart: " + e.getMessage(), e);
        }
    }
}
