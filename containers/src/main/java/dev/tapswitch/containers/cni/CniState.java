package dev.tapswitch.containers.cni;

import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;

/** The inventory of CNI networks, kept across restarts in STATE/cni.json. Must be used on the control thread. */
final class CniState {
    private final JsonStore store;
    private CniInventory inventory;

    private CniState(JsonStore store, CniInventory inventory) {
        this.store = store;
        this.inventory = inventory;
    }

    /** Loads the state of a directory. It is empty if there is no file, or no undamaged one. {@code users}: has the ports that earlier releases saved. */
    static CniState load(StateDirectory directory, UserChanges users) {
        JsonStore store = directory.store("cni.json");
        return store.load(
                document -> new CniState(store, CniDocument.inventory(document, users)),
                () -> new CniState(store, CniInventory.EMPTY));
    }

    CniInventory inventory() {
        return inventory;
    }

    /** Replaces the inventory and saves it. If it cannot be saved, the old one remains. */
    void replace(CniInventory changed) throws RequestException {
        if (changed.equals(inventory)) return;
        save(changed);
        inventory = changed;
    }

    /** Saves the inventory in the present format. */
    void save() throws RequestException {
        save(inventory);
    }

    private void save(CniInventory saved) throws RequestException {
        try {
            store.save(CniDocument.of(saved));
        } catch (IOException e) {
            throw new RequestException(Reason.FAILED, "the CNI state cannot be saved: " + e.getMessage(), e);
        }
    }
}
