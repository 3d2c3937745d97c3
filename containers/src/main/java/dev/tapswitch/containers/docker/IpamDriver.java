package dev.tapswitch.containers.docker;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.control.switches.Undo;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The methods of Docker's remote IPAM driver. It asks Docker for the MAC address of each container, so that the IP address is bound to it before the
 * first frame. Assigned addresses survive a restart. Must be used on the control thread.
 */
final class IpamDriver {
    private final DockerState state;

    IpamDriver(DockerState state) {
        this.state = state;
    }

    Json getCapabilities() {
        return object().put("RequiresMACAddress", true).put("RequiresRequestReplay", false);
    }

    Json getDefaultAddressSpaces() {
        return object().put("LocalDefaultAddressSpace", "tapswitch-local")
                .put("GlobalDefaultAddressSpace", "tapswitch-global");
    }

    Json requestPool(Json request) throws RequestException {
        String wanted = request.path("Pool").asString("");
        IpPrefix block = wanted.isEmpty() ? free(request.path("V6").asBoolean(false)) : network("subnet", wanted);
        String subPool = request.path("SubPool").asString("");
        IpPrefix range = subPool.isEmpty() ? block : network("range", subPool);
        if (!block.overlaps(range) || range.length() < block.length()) {
            throw new RequestException(Reason.INVALID, "range " + range + " is not within subnet " + block);
        }
        for (AddressPool other : state.pools.values()) {
            if (block.overlaps(other.pool())) {
                throw new RequestException(
                        Reason.CONFLICT,
                        "subnet " + block + " overlaps with subnet " + other.pool() + " of another network");
            }
        }
        AddressPool pool = new AddressPool("tapswitch/" + block, block, range, Map.of());
        save(pool);
        Json response =
                object().put("PoolID", pool.id()).put("Pool", pool.pool().toString());
        response.putObject("Data");
        return response;
    }

    Json releasePool(Json request) throws RequestException {
        if (state.pools.remove(request.path("PoolID").asString("")) != null) state.save();
        return object();
    }

    Json requestAddress(Json request) throws RequestException {
        AddressPool pool = pool(request);
        String wanted = request.path("Address").asString("");
        IpAddress address = wanted.isEmpty() ? firstFree(pool) : RequestText.parse("address", wanted, IpAddress::parse);
        if (!pool.pool().isHost(address)) {
            throw new RequestException(Reason.INVALID, address + " is not a host address in subnet " + pool.pool());
        }
        if (pool.assigned().containsKey(address)) {
            throw new RequestException(
                    Reason.CONFLICT, "address " + address + " is already assigned to another container");
        }
        String mac = request.path("Options")
                .path("com.docker.network.endpoint.macaddress")
                .asString("");
        save(pool.with(address, mac));
        Json response = object().put("Address", address + "/" + pool.pool().length());
        response.putObject("Data");
        return response;
    }

    Json releaseAddress(Json request) throws RequestException {
        AddressPool pool = state.pools.get(request.path("PoolID").asString(""));
        if (pool == null) return object();
        String text = request.path("Address").asString("");
        IpAddress address = RequestText.parse("address", text, IpAddress::parse);
        state.pools.put(pool.id(), pool.without(address));
        state.save();
        return object();
    }

    private static IpAddress firstFree(AddressPool pool) throws RequestException {
        return pool.firstFree()
                .orElseThrow(() -> new RequestException(
                        Reason.CONFLICT, "no address is free in " + pool.range() + ": all are assigned to containers"));
    }

    /** Parses a network. Clears the bits beyond the prefix length, which Docker may send. */
    private static IpPrefix network(String name, String text) throws RequestException {
        return RequestText.parse(name, text, IpPrefix::parse).network();
    }

    /** A subnet that overlaps with no pool and no interface of the host, from the ranges that Docker uses by default; for IPv6 a random one (RFC 4193). */
    private IpPrefix free(boolean ipv6) throws RequestException {
        if (ipv6) {
            // RFC 4193: the first /64 of a /48 in fd00::/8 with 40 random bits.
            long random = new SecureRandom().nextLong(1L << 40);
            return new IpPrefix(new IpAddress(0xFDL << 56 | random << 16, 0), 64);
        }
        List<IpPrefix> taken = taken();
        return Stream.concat(
                        IntStream.rangeClosed(18, 31).mapToObj(i -> "172." + i + ".0.0/16"),
                        IntStream.range(0, 16).mapToObj(i -> "192.168." + 16 * i + ".0/20"))
                .map(IpPrefix::parse)
                .filter(block -> taken.stream().noneMatch(block::overlaps))
                .findFirst()
                .orElseThrow(() ->
                        new RequestException(Reason.CONFLICT, "no default subnet is free: choose one with --subnet"));
    }

    private List<IpPrefix> taken() throws RequestException {
        try {
            Stream<IpPrefix> host = NetworkInterface.networkInterfaces()
                    .flatMap(device -> device.getInterfaceAddresses().stream())
                    .map(IpamDriver::prefix);
            Stream<IpPrefix> pools = state.pools.values().stream().map(AddressPool::pool);
            return Stream.concat(host, pools).toList();
        } catch (SocketException e) {
            throw new RequestException(Reason.FAILED, "cannot read the addresses of the host: " + e.getMessage(), e);
        }
    }

    private static IpPrefix prefix(InterfaceAddress address) {
        return new IpPrefix(IpAddress.of(address.getAddress().getAddress()), address.getNetworkPrefixLength());
    }

    private AddressPool pool(Json request) throws RequestException {
        String id = request.path("PoolID").asString("");
        AddressPool pool = state.pools.get(id);
        if (pool != null) return pool;
        throw new RequestException(
                Reason.NOT_FOUND,
                "tapswitch does not know address pool " + id
                        + ": remove its network with 'docker network rm' and create it again");
    }

    /** Adds or replaces a pool. If the state cannot be saved, nothing is assigned. */
    private void save(AddressPool pool) throws RequestException {
        try (Undo undo = new Undo()) {
            AddressPool before = state.pools.put(pool.id(), pool);
            undo.add("the change of address pool " + pool.id(), () -> {
                if (before == null) state.pools.remove(pool.id());
                else state.pools.put(pool.id(), before);
            });
            state.save();
            undo.commit();
        }
    }

    private static Json object() {
        return Json.object();
    }
}
