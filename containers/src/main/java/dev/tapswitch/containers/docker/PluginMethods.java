package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RequestException;
import java.util.Map;

/** The methods of the plugin protocol, by path. Must be used on the control thread. */
final class PluginMethods {
    /** A method. Returns the response, or throws a RequestException whose message the user of docker sees. */
    @FunctionalInterface
    interface Method {
        Json run(Json request) throws RequestException;
    }

    private final Map<String, Method> methods;

    PluginMethods(NetworkDriver driver, IpamDriver ipam, Nat nat) {
        methods = Map.ofEntries(
                Map.entry("/Plugin.Activate", request -> activate(nat)),
                Map.entry("/NetworkDriver.GetCapabilities", request -> driver.getCapabilities()),
                Map.entry("/NetworkDriver.CreateNetwork", driver::createNetwork),
                Map.entry("/NetworkDriver.DeleteNetwork", driver::deleteNetwork),
                Map.entry("/NetworkDriver.CreateEndpoint", driver::createEndpoint),
                Map.entry("/NetworkDriver.DeleteEndpoint", driver::deleteEndpoint),
                Map.entry("/NetworkDriver.EndpointOperInfo", driver::endpointOperInfo),
                Map.entry("/NetworkDriver.Join", driver::join),
                Map.entry("/NetworkDriver.Leave", driver::leave),
                Map.entry("/NetworkDriver.ProgramExternalConnectivity", driver::programExternalConnectivity),
                Map.entry("/NetworkDriver.RevokeExternalConnectivity", driver::revokeExternalConnectivity),
                Map.entry("/IpamDriver.GetCapabilities", request -> ipam.getCapabilities()),
                Map.entry("/IpamDriver.GetDefaultAddressSpaces", request -> ipam.getDefaultAddressSpaces()),
                Map.entry("/IpamDriver.RequestPool", ipam::requestPool),
                Map.entry("/IpamDriver.ReleasePool", ipam::releasePool),
                Map.entry("/IpamDriver.RequestAddress", ipam::requestAddress),
                Map.entry("/IpamDriver.ReleaseAddress", ipam::releaseAddress),
                Map.entry("/NetworkDriver.DiscoverNew", request -> empty()),
                Map.entry("/NetworkDriver.DiscoverDelete", request -> empty()));
    }

    /** The method of a path; null if there is none. */
    Method find(String path) {
        return methods.get(path);
    }

    /** Called when dockerd starts. It may have replaced firewall rules, so ours are written again. */
    private static Json activate(Nat nat) {
        nat.refresh();
        Json response = empty();
        response.putArray("Implements").add("NetworkDriver").add("IpamDriver");
        return response;
    }

    private static Json empty() {
        return Json.object();
    }
}
