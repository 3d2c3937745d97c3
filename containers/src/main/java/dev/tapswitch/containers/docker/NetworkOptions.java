package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.tap.TapSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads a CreateNetwork request: the options of Docker's bridge driver, and those of Tapswitch. Unknown options are refused. */
final class NetworkOptions {
    private static final String BRIDGE = "com.docker.network.bridge.";
    private static final String OURS = "tapswitch.";

    private final Json options;
    private final Set<String> known = new TreeSet<>();

    private NetworkOptions(Json options) {
        this.options = options;
    }

    static DockerNetwork read(Json request) throws RequestException {
        String id = request.path("NetworkID").asString("");
        if (!id.matches("[0-9a-f]{12,}"))
            throw new RequestException(
                    Reason.INVALID, "NetworkID \"" + id + "\" is not valid; expected hexadecimal digits");
        Json all = request.path("Options");
        return new NetworkOptions(all.path("com.docker.network.generic")).network(id, all, request);
    }

    private DockerNetwork network(String id, Json all, Json request) throws RequestException {
        DockerNetwork network = new DockerNetwork(
                id,
                parsed(BRIDGE + "name", TapSpec::checkedName, "ts-" + id.substring(0, 12)),
                subnets(request, "IPv4Data"),
                subnets(request, "IPv6Data"),
                parsed("com.docker.network.driver.mtu", PortSchema.MTU.type()::parse, PortSchema.MTU.defaultValue()),
                natOptions(all),
                parsed(BRIDGE + "host_binding_ipv4", NetworkOptions::address, Optional.empty()),
                parsed("com.docker.network.container_iface_prefix", NetworkOptions::prefix, "eth"),
                settings());
        refuseUnknown();
        if (!network.ipv6().isEmpty() && network.mtu() < 1_280) {
            throw new RequestException(
                    Reason.INVALID,
                    "com.docker.network.driver.mtu: " + network.mtu()
                            + " is too small for IPv6; expected 1280 or more (RFC 8200 5)");
        }
        return network;
    }

    private Set<Option> natOptions(Json all) throws RequestException {
        Set<Option> options = EnumSet.noneOf(Option.class);
        boolean isInternal = flag("com.docker.network.internal", false);
        if (isInternal || all.path("com.docker.network.internal").asBoolean(false)) options.add(Option.INTERNAL);
        if (flag(BRIDGE + "enable_ip_masquerade", true)) options.add(Option.MASQUERADE);
        if (isRouted("gateway_mode_ipv4")) options.add(Option.ROUTED_IPV4);
        if (isRouted("gateway_mode_ipv6")) options.add(Option.ROUTED_IPV6);
        if (!flag(BRIDGE + "enable_icc", true)) options.add(Option.ISOLATED);
        return options;
    }

    private static List<Subnet> subnets(Json request, String name) throws RequestException {
        List<Subnet> subnets = new ArrayList<>();
        for (Json subnet : request.path(name)) {
            IpPrefix pool = RequestText.parse(name, subnet.path("Pool").asString(""), IpPrefix::parse);
            String gateway = subnet.path("Gateway").asString("");
            subnets.add(new Subnet(
                    pool,
                    gateway.isEmpty()
                            ? Optional.empty()
                            : Optional.of(RequestText.parse(name, gateway, IpPrefix::parse))));
        }
        return subnets;
    }

    private boolean isRouted(String name) throws RequestException {
        return parsed(
                BRIDGE + name,
                text -> switch (text) {
                    case "nat" -> false;
                    case "routed" -> true;
                    default ->
                        throw new IllegalArgumentException("\"" + text + "\" is not valid; expected nat or routed");
                },
                false);
    }

    private boolean flag(String name, boolean defaultValue) throws RequestException {
        return parsed(
                name,
                // The values of Go's strconv.ParseBool, which Docker's bridge driver uses.
                text -> switch (text) {
                    case "1", "t", "T", "TRUE", "true", "True", "" -> true;
                    case "0", "f", "F", "FALSE", "false", "False" -> false;
                    default ->
                        throw new IllegalArgumentException("\"" + text + "\" is not valid; expected true or false");
                },
                defaultValue);
    }

    /** The settings of Tapswitch. Each is an option with a prefix. */
    private SettingValues settings() throws RequestException {
        SettingValues values = DockerSettings.defaults();
        for (Setting<?> setting : DockerSettings.ALL) {
            SettingValues before = values;
            values = parsed(OURS + setting.key(), text -> DockerSettings.with(before, setting, text), before);
        }
        return values;
    }

    private <T> T parsed(String name, Function<String, T> parser, T defaultValue) throws RequestException {
        known.add(name);
        if (!options.has(name)) return defaultValue;
        String text = options.path(name).asString("");
        return RequestText.parse("option " + name, text, parser);
    }

    private void refuseUnknown() throws RequestException {
        for (Map.Entry<String, Json> option : options.properties()) {
            if (known.contains(option.getKey())) continue;
            throw new RequestException(
                    Reason.INVALID,
                    "unknown option " + option.getKey() + "; expected one of " + String.join(", ", known));
        }
    }

    /** An address of the host; empty for 0.0.0.0 and ::, which stand for all addresses. */
    static Optional<IpAddress> address(String text) {
        return Optional.of(IpAddress.parse(text)).filter(address -> !address.isAny());
    }

    private static String prefix(String text) {
        if (text.matches("[A-Za-z][A-Za-z0-9_.-]{0,10}")) return text;
        throw new IllegalArgumentException(
                "\"" + text + "\" is not valid; expected a letter and then up to 10 letters, digits, and any of _ . -");
    }
}
