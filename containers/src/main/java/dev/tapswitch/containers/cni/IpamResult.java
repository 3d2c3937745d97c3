package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses and routes that an IPAM plugin has assigned to an interface.
 *
 * @param ips each with {@code address} and optionally {@code gateway}
 * @param routes each with {@code dst} and optionally {@code gw}
 */
record IpamResult(List<Json> ips, List<Json> routes, Json dns) {
    /** Reads the IPAM result of a request, or without an IPAM plugin the addresses that it requests. Adds the default routes of {@code isDefaultGateway}. */
    static IpamResult of(CniRequest request) throws CniException {
        List<Json> ips = new ArrayList<>();
        List<Json> routes = new ArrayList<>();
        Json result = request.ipam();
        result.path("ips").forEach(ips::add);
        result.path("routes").forEach(routes::add);
        if (request.ipamPlugin().isEmpty()) {
            for (String address : request.requestedAddresses()) {
                ips.add(Json.object().put("address", address));
            }
        }
        for (Json ip : ips) check(ip);
        if (request.isDefaultGateway()) addDefaults(ips, routes);
        return new IpamResult(ips, routes, result.path("dns"));
    }

    private static void check(Json ip) throws CniException {
        String gateway = ip.path("gateway").asString("");
        try {
            IpPrefix.parse(ip.path("address").asString(""));
            if (!gateway.isEmpty()) IpAddress.parse(gateway);
        } catch (IllegalArgumentException e) {
            throw new CniException(CniException.INVALID_CONFIG, "ips: " + e.getMessage(), e);
        }
    }

    private static void addDefaults(List<Json> ips, List<Json> routes) {
        for (Json ip : ips) {
            String gateway = ip.path("gateway").asString("");
            String all = gateway.contains(":") ? "::/0" : "0.0.0.0/0";
            boolean exists = routes.stream()
                    .anyMatch(route -> route.path("dst").asString("").equals(all));
            if (gateway.isEmpty() || exists) continue;
            routes.add(Json.object().put("dst", all).put("gw", gateway));
        }
    }

    /** The addresses, with their prefix lengths. */
    List<String> addresses() {
        return ips.stream().map(ip -> ip.path("address").asString("")).toList();
    }

    /** The gateways, with the prefix lengths of their subnets: the addresses of the host port. */
    List<String> gateways() {
        return ips.stream()
                .filter(ip -> ip.has("gateway"))
                .map(ip -> ip.path("gateway").asString("")
                        + ip.path("address").asString("").replaceFirst("[^/]*", ""))
                .distinct()
                .toList();
    }

    boolean hasGateway(boolean ipv6) {
        return ips.stream()
                .map(ip -> ip.path("gateway").asString(""))
                .anyMatch(gateway -> !gateway.isEmpty() && gateway.contains(":") == ipv6);
    }

    /** The subnets of the addresses. */
    List<IpPrefix> subnets() {
        return addresses().stream()
                .map(address -> IpPrefix.parse(address).network())
                .distinct()
                .toList();
    }

    /** The routes in the format of the configuration file. A route without a gateway uses the first gateway of its family. */
    List<String> routeTexts() throws CniException {
        List<String> texts = new ArrayList<>();
        for (Json route : routes) {
            String to = route.path("dst").asString("");
            String gateway = route.path("gw").asString(gatewayFor(to));
            if (gateway.isEmpty()) {
                throw new CniException(
                        CniException.INVALID_CONFIG,
                        "route " + to + " has no gateway; expected \"gw\", or a gateway of the subnet");
            }
            texts.add((to.endsWith("/0") ? "default" : to) + " via " + gateway);
        }
        return texts;
    }

    private String gatewayFor(String destination) {
        return ips.stream()
                .map(ip -> ip.path("gateway").asString(""))
                .filter(gateway -> !gateway.isEmpty() && gateway.contains(":") == destination.contains(":"))
                .findFirst()
                .orElse("");
    }

    /** The result of ADD, in the format of the request's version. */
    Json result(CniRequest request, String mac, int mtu) {
        Json result = Json.object().put("cniVersion", request.version());
        Json device = result.putArray("interfaces").addObject();
        device.put("name", request.ifname()).put("mac", mac).put("sandbox", request.netns());
        if (request.version().equals("1.1.0")) device.put("mtu", mtu);
        Json all = result.putArray("ips");
        for (Json ip : ips) {
            Json entry = all.addObject().put("address", ip.path("address").asString(""));
            // Versions before 1.0 have a field for the family.
            if (request.version().startsWith("0.")) {
                entry.put("version", ip.path("address").asString("").contains(":") ? "6" : "4");
            }
            if (ip.has("gateway")) entry.set("gateway", ip.path("gateway"));
            entry.put("interface", 0);
        }
        Json allRoutes = result.putArray("routes");
        routes.forEach(allRoutes::add);
        result.set("dns", dns.isObject() ? dns : Json.object());
        return result;
    }
}
