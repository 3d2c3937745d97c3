package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The networks that have attachments, kept over a restart in STATE/cni.json; the attachments are ports like others. Control thread. */
final class CniState {
    private static final int VERSION = 1;

    private final JsonStore store;
    private final List<CniNetwork> networks = new ArrayList<>();

    private CniState(JsonStore store) {
        this.store = store;
    }

    /** What was kept in a directory; nothing where there is no file, or none that is good. */
    static CniState load(StateDirectory directory) {
        JsonStore store = directory.store("cni.json");
        return store.load(document -> read(store, document), () -> new CniState(store));
    }

    private static CniState read(JsonStore store, Json document) {
        CniState state = new CniState(store);
        document.required("networks").forEach(network -> state.networks.add(CniNetwork.of(network)));
        return state;
    }

    List<CniNetwork> networks() {
        return List.copyOf(networks);
    }

    Optional<CniNetwork> find(String name, String switchName) {
        return networks.stream().filter(network -> network.is(name, switchName)).findFirst();
    }

    /** Keeps it, in place of what it was; nothing is written where that is the same. */
    void put(CniNetwork network) throws RequestException {
        if (networks.contains(network)) return;
        List<CniNetwork> changed = new ArrayList<>(networks);
        changed.removeIf(each -> each.is(network.name(), network.switchName()));
        changed.add(network);
        save(changed);
    }

    void remove(CniNetwork network) throws RequestException {
        List<CniNetwork> changed = new ArrayList<>(networks);
        if (changed.remove(network)) save(changed);
    }

    private void save(List<CniNetwork> changed) throws RequestException {
        Json document = Json.object().put("version", VERSION);
        Json kept = document.putArray("networks");
        changed.forEach(network -> kept.add(network.json()));
        try {
            store.save(document);
        } catch (IOException e) {
            throw new RequestException(Reason.FAILED, "it can't be kept for a restart: " + e.getMessage(), e);
        }
        networks.clear();
        networks.addAll(changed);
    }
}
