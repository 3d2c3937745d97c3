package dev.tapswitch.containers.docker;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Docker's networks, endpoints and address pools, kept across restarts in STATE/docker.json, because Docker sends each of them only once. Callers
 * change the maps and then call {@link #save}. Must be used on the control thread.
 */
final class DockerState {
    private static final int VERSION = 1;

    final Map<String, DockerNetwork> networks = new LinkedHashMap<>();
    final Map<String, DockerEndpoint> endpoints = new LinkedHashMap<>();
    final Map<String, AddressPool> pools = new LinkedHashMap<>();
    private final JsonStore store;

    private DockerState(JsonStore store) {
        this.store = store;
    }

    /** Loads the state of a directory. It is empty if there is no file, or no undamaged one. */
    static DockerState load(StateDirectory directory) {
        JsonStore store = directory.store("docker.json");
        return store.load(document -> read(store, document), () -> new DockerState(store));
    }

    private static DockerState read(JsonStore store, Json document) {
        DockerState state = new DockerState(store);
        DockerDocument.list(document, "networks", DockerDocument::network)
                .forEach(network -> state.networks.put(network.id(), network));
        DockerDocument.list(document, "endpoints", DockerDocument::endpoint)
                .forEach(endpoint -> state.endpoints.put(endpoint.id(), endpoint));
        DockerDocument.list(document, "pools", DockerDocument::pool).forEach(pool -> state.pools.put(pool.id(), pool));
        return state;
    }

    /** Writes the maps to the file. */
    void save() throws RequestException {
        Json document = Json.object()
                .put("version", VERSION)
                .set("networks", DockerDocument.array(networks.values(), DockerDocument::of))
                .set("endpoints", DockerDocument.array(endpoints.values(), DockerDocument::of))
                .set("pools", DockerDocument.array(pools.values(), DockerDocument::of));
        try {
            store.save(document);
        } catch (IOException e) {
            throw new RequestException(Reason.FAILED, "the Docker state cannot be saved: " + e.getMessage(), e);
        }
    }
}
