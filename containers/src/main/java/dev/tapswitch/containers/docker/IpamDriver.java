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
 * The methods of Docker's remote IPAM driver. It asks for each container's MAC, so that the address is bound to it before its first frame. What was
 * given survives a restart. Control thread only.
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
        IpPrefix block = wanted.isEmpty() ? free(request.path("V6").asBoolean(false)) : network(wanted);
        String subPool = request.path("SubPool").asString("");
        IpPrefix range = subPool.isEmpty() ? block : network(subPool);
        if (!block.overlaps(range) || range.length() < block.length()) {
            throw new RequestException(Reason.INVALID, "range " + range + " is not within subnet " + block);
        }
        for (AddressPool other : state.pools.values()) {
            if (block.overlaps(other.pool())) {
                throw new RequestException(
                        Reason.CONFLICT, "subnet " + block + " overlaps with " + other.pool() + ", another network's");
            }
        }
        AddressPool pool = new AddressPool("tapswitch/" + block, block, range, Map.of());
        keep(pool);
        Json answer = object().put("PoolID", pool.id()).put("Pool", pool.pool().toString());
        answer.putObject("Data");
        return answer;
    }

    Json releasePool(Json request) throws RequestException {
        if (state.pools.remove(request.path("PoolID").asString("")) != null) state.save();
        return object();
    }

    Json requestAddress(Json request) throws RequestException {
        AddressPool pool = pool(request);
        String wanted = request.path("Address").asString("");
        IpAddress address = wanted.isEmpty() ? firstFree(pool) : IpAddress.parse(wanted);
        if (!pool.pool().isHost(address)) {
            throw new RequestException(Reason.INVALID, address + " is not a host's address in subnet " + pool.pool());
        }
        if (pool.given().containsKey(address)) {
            throw new RequestException(
                    Reason.CONFLICT, "address " + address + " is given to another container already");
        }
        String mac = request.path("Options")
                .path("com.docker.network.endpoint.macaddress")
                .asString("");
        keep(pool.with(address, mac));
        Json answer = object().put("Address", address + "/" + pool.pool().length());
        answer.putObject("Data");
        return answer;
    }

    Json releaseAddress(Json request) throws RequestException {
        AddressPool pool = state.pools.get(request.path("PoolID").asString(""));
        if (pool == null) return object();
        IpAddress address = IpAddress.parse(request.path("Address").asString(""));
        state.pools.put(pool.id(), pool.without(address));
        state.save();
        return object();
    }

    private static IpAddress firstFree(AddressPool pool) throws RequestException {
        return pool.firstFree()
                .orElseThrow(() -> new RequestException(
                        Reason.CONFLICT, "no address is left in " + pool.range() + ": all are given to containers"));
    }

    /** The network of a prefix; Docker may pass one with bits beyond its length set. */
    private static IpPrefix network(String text) {
        return IpPrefix.parse(text).network();
    }

    /** A subnet of those that Docker takes its own from, which neither a pool nor the host has. */
    private IpPrefix free(boolean ipv6) throws RequestException {
        if (ipv6) {
            // RFC 4193: a /48 of fd00::/8 with 40 random bits, and its first /64.
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
                .orElseThrow(() -> new RequestException(
                        Reason.CONFLICT, "no subnet is left of those that are chosen from: name one with --subnet"));
    }

    private List<IpPrefix> taken() throws RequestException {
        try {
            Stream<IpPrefix> host = NetworkInterface.networkInterfaces()
                    .flatMap(each -> each.getInterfaceAddresses().stream())
                    .map(IpamDriver::prefix);
            Stream<IpPrefix> pools = state.pools.values().stream().map(AddressPool::pool);
            return Stream.concat(host, pools).toList();
        } catch (SocketException e) {
            throw new RequestException(Reason.FAILED, "the host's addresses can't be read: " + e.getMessage(), e);
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
                "tapswitch has no address pool " + id
                        + ": remove its network with 'docker network rm' and make it anew");
    }

    /** An address that cannot be saved for a restart is not assigned. */
    private void keep(AddressPool pool) throws RequestException {
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
