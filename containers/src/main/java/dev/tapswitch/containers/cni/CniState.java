package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The networks that have attachments, kept across restarts in STATE/cni.json. Callers change the map and then call {@link #save}. Must be used
 * on the control thread.
 */
final class CniState {
    private static final int VERSION = 1;

    final Map<CniNetwork.Id, CniNetwork> networks = new LinkedHashMap<>();
    private final JsonStore store;

    private CniState(JsonStore store) {
        this.store = store;
    }

    /** Loads the state of a directory. It is empty if there is no file, or no undamaged one. */
    static CniState load(StateDirectory directory) {
        JsonStore store = directory.store("cni.json");
        return store.load(document -> read(store, document), () -> new CniState(store));
    }

    private static CniState read(JsonStore store, Json document) {
        CniState state = new CniState(store);
        for (Json node : document.required("networks")) {
            CniNetwork network = CniDocument.network(node);
            state.networks.put(network.id(), network);
        }
        return state;
    }

    /** Writes the map to the file. */
    void save() throws RequestException {
        Json document = Json.object().put("version", VERSION);
        Json array = document.putArray("networks");
        networks.values().forEach(network -> array.add(CniDocument.of(network)));
        try {
            store.save(document);
        } catch (IOException e) {
            throw new RequestException(Reason.FAILED, "the CNI state cannot be saved: " + e.getMessage(), e);
        }
    }
}
