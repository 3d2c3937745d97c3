package dev.tapswitch.containers.cni;

import dev.tapswitch.control.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A request of a container runtime: the variables of its environment and the network configuration.
 *
 * @param args the value of CNI_ARGS, {@code KEY=VALUE;...}
 * @param ipam the result of the IPAM plugin; missing before the plugin has run
 */
record CniRequest(
        String command, String containerId, String netns, String ifname, String args, Json config, Json ipam) {
    private static final List<String> VERSIONS = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

    /** Reads and checks the body of a request. */
    static CniRequest of(Json body) throws CniException {
        CniRequest request = new CniRequest(
                body.path("command").asString(""),
                body.path("container-id").asString(""),
                body.path("netns").asString(""),
                body.path("ifname").asString(""),
                body.path("args").asString(""),
                body.path("config"),
                body.path("ipam"));
        request.check();
        return request;
    }

    private void check() throws CniException {
        if (!VERSIONS.contains(version())) {
            throw new CniException(
                    CniException.INCOMPATIBLE_VERSION,
                    "cniVersion \"" + version() + "\" is not supported; expected one of "
                            + String.join(", ", VERSIONS));
        }
        if (!network().matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw new CniException(
                    CniException.INVALID_CONFIG,
                    "name: \"" + network()
                            + "\" is not a valid network name; expected letters, digits, and any of _ . -");
        }
        boolean isOfContainer = List.of("ADD", "DEL", "CHECK").contains(command);
        if (!isOfContainer) return;
        require("CNI_CONTAINERID", containerId, "[A-Za-z0-9][A-Za-z0-9_.-]*");
        require("CNI_IFNAME", ifname, "[^/: ]{1,15}");
        if (!command.equals("DEL")) require("CNI_NETNS", netns, "/.+");
    }

    private static void require(String name, String value, String pattern) throws CniException {
        if (value.matches(pattern)) return;
        throw new CniException(
                CniException.INVALID_ENVIRONMENT,
                name + (value.isEmpty() ? " is not set" : " \"" + value + "\" is not valid"));
    }

    String version() {
        return config.path("cniVersion").asString("");
    }

    String network() {
        return config.path("name").asString("");
    }

    String switchName() {
        return config.path("switch").asString(network());
    }

    CniNetwork.Id networkId() {
        return new CniNetwork.Id(network(), switchName());
    }

    boolean isDefaultGateway() {
        return config.path("isDefaultGateway").asBoolean(false);
    }

    boolean isGateway() {
        return isDefaultGateway() || config.path("isGateway").asBoolean(false);
    }

    boolean isMasqueraded() {
        return config.path("ipMasq").asBoolean(false);
    }

    /** The rate limits from the capability "bandwidth", or if it is not given, from the network configuration. */
    Bandwidth bandwidth() throws CniException {
        Json capability = config.path("runtimeConfig").path("bandwidth");
        return Bandwidth.of(capability.isObject() ? capability : config.path("bandwidth"));
    }

    /** The interface on the host that has the gateway addresses. */
    String hostDevice() {
        return config.path("hostDevice").asString(switchName());
    }

    Attachment attachment() {
        return new Attachment(network(), containerId, ifname);
    }

    /** The name of the IPAM plugin; empty for none. */
    String ipamPlugin() throws CniException {
        String plugin = config.path("ipam").path("type").asString("");
        if (plugin.matches("[A-Za-z0-9_.-]*")) return plugin;
        throw new CniException(CniException.INVALID_CONFIG, "ipam.type: \"" + plugin + "\" is not a valid plugin name");
    }

    /** The requested MAC address: from the capability "mac", from CNI_ARGS (used by Podman), or from the configuration, in this order; empty if none is requested. */
    String mac() {
        String capability = config.path("runtimeConfig").path("mac").asString("");
        if (!capability.isEmpty()) return capability;
        for (String arg : args.split(";", -1)) if (arg.startsWith("MAC=")) return arg.substring(4);
        return config.path("args")
                .path("cni")
                .path("mac")
                .asString(config.path("mac").asString(""));
    }

    /** The addresses that the capability "ips" requests, with their prefix lengths. */
    List<String> requestedAddresses() {
        List<String> addresses = new ArrayList<>();
        config.path("runtimeConfig").path("ips").forEach(ip -> addresses.add(ip.asString("")));
        return addresses;
    }
}
