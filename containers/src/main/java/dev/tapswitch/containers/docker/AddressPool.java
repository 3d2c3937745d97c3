package dev.tapswitch.containers.docker;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A subnet and its addresses that are assigned to containers, kept in the state file.
 *
 * @param pool the subnet
 * @param range the part of it from which addresses are chosen
 * @param assigned the assigned addresses, each with its MAC; the MAC is "" if Docker gave none
 */
record AddressPool(String id, IpPrefix pool, IpPrefix range, Map<IpAddress, String> assigned) {
    AddressPool {
        assigned = Map.copyOf(assigned);
    }

    AddressPool with(IpAddress address, String mac) {
        Map<IpAddress, String> changed = new LinkedHashMap<>(assigned);
        changed.put(address, mac);
        return new AddressPool(id, pool, range, changed);
    }

    AddressPool without(IpAddress address) {
        Map<IpAddress, String> changed = new LinkedHashMap<>(assigned);
        changed.remove(address);
        return new AddressPool(id, pool, range, changed);
    }

    /** The lowest address of the range that a host may have and that is not assigned; empty if there is none. */
    Optional<IpAddress> firstFree() {
        return Stream.iterate(range.first(), range::contains, IpAddress::next)
                .filter(address -> pool.isHost(address) && !assigned.containsKey(address))
                .findFirst();
    }
}
