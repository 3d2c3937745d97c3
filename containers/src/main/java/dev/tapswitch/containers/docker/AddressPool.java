package dev.tapswitch.containers.docker;

import java.util.HashMap;
import java.util.Map;

/**
 * Addresses that are given to containers, kept in the state file.
 *
 * @param pool "10.77.0.0/24"
 * @param range the part of it that is given from, as large or smaller
 * @param given address to MAC, "" where none was said; addresses without lengths
 */
record AddressPool(String id, String pool, String range, Map<String, String> given) {
    AddressPool {
        given = Map.copyOf(given);
    }

    AddressPool with(String address, String mac) {
        Map<String, String> changed = new HashMap<>(given);
        changed.put(address, mac);
        return new AddressPool(id, pool, range, changed);
    }

    AddressPool without(String address) {
        Map<String, String> changed = new HashMap<>(given);
        changed.remove(address);
        return new AddressPool(id, pool, range, changed);
    }
}
