package dev.tapswitch.daemon.docker;

import dev.tapswitch.core.forward.ArpMode;
import dev.tapswitch.daemon.config.PortConfig;
import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.control.Refused.Reason;
import dev.tapswitch.daemon.json.Json;
import dev.tapswitch.tap.device.Namespace;
import dev.tapswitch.tap.device.TapSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads CreateNetwork: the bridge driver's own options under their names, and ours. What is not understood is refused, not passed over. */
final class NetworkOptions {
    private static final String BRIDGE = "com.docker.network.bridge.";
    private static final String OURS = "tapswitch.";
    private static final int LARGEST_LIMIT = 1 << 24;

    private final Json options;
    private final Set<String> known = new TreeSet<>();

    private NetworkOptions(Json options) {
        this.options = options;
    }

    static DockerNetwork read(Json request) throws Refused {
        String id = request.path("NetworkID").asString("");
        if (!id.matches("[0-9a-f]{12,}")) throw new Refused(Reason.INVALID, "NetworkID \"" + id + "\" is no id");
        Json all = request.path("Options");
        return new NetworkOptions(all.path("com.docker.network.generic")).network(id, all, request);
    }

    private DockerNetwork network(String id, Json all, Json request) throws Refused {
        DockerNetwork network = new DockerNetwork(
                id,
                parsed(BRIDGE + "name", NetworkOptions::device, "ts-" + id.substring(0, 12)),
                subnets(request.path("IPv4Data")),
                subnets(request.path("IPv6Data")),
                parsed("com.docker.network.driver.mtu", NetworkOptions::mtu, PortConfig.DEFAULT_MTU),
                all.path("com.docker.network.internal").asBoolean(false) || flag("com.docker.network.internal", false),
                flag(BRIDGE + "enable_ip_masquerade", true),
                isRouted("gateway_mode_ipv4"),
                isRouted("gateway_mode_ipv6"),
                parsed(BRIDGE + "host_binding_ipv4", NetworkOptions::address, ""),
                parsed("com.docker.network.container_iface_prefix", NetworkOptions::prefix, "eth"),
                parsed(OURS + "arp", NetworkOptions::arp, ArpMode.DIRECT),
                parsed(OURS + "learning-limit", NetworkOptions::limit, 0),
                !flag(BRIDGE + "enable_icc", true));
        refuseUnknown();
        if (!network.ipv6().isEmpty() && network.mtu() < 1_280) {
            throw new Refused(
                    Reason.INVALID,
                    "com.docker.network.driver.mtu: " + network.mtu()
                            + " is too small for IPv6; expected 1280 or more (RFC 8200 5)");
        }
        return network;
    }

    private static List<Subnet> subnets(Json data) {
        List<Subnet> subnets = new ArrayList<>();
        for (Json one : data) {
            subnets.add(new Subnet(
                    one.path("Pool").asString(""), one.path("Gateway").asString("")));
        }
        return subnets;
    }

    private boolean isRouted(String name) throws Refused {
        return parsed(
                BRIDGE + name,
                text -> switch (text) {
                    case "nat" -> false;
                    case "routed" -> true;
                    default -> throw new IllegalArgumentException("expected nat or routed");
                },
                false);
    }

    private boolean flag(String name, boolean otherwise) throws Refused {
        return parsed(
                name,
                // What Go's strconv.ParseBool takes, and so Docker's bridge driver.
                text -> switch (text) {
                    case "1", "t", "T", "TRUE", "true", "True", "" -> true;
                    case "0", "f", "F", "FALSE", "false", "False" -> false;
                    default -> throw new IllegalArgumentException("expected true or false");
                },
                otherwise);
    }

    private <T> T parsed(String name, Function<String, T> parser, T otherwise) throws Refused {
        known.add(name);
        if (!options.has(name)) return otherwise;
        String text = options.path(name).asString("");
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(Reason.INVALID, "option " + name + ": \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private void refuseUnknown() throws Refused {
        for (Map.Entry<String, Json> option : options.properties()) {
            if (known.contains(option.getKey())) continue;
            throw new Refused(
                    Reason.INVALID,
                    "option " + option.getKey() + " is not known; expected one of " + String.join(", ", known));
        }
    }

    private static String device(String text) {
        return new TapSpec(text, new Namespace.Current(), 1, 1_500, -1, true, true, false, List.of(), List.of())
                .device();
    }

    private static int mtu(String text) {
        int mtu = number(text);
        if (mtu >= TapSpec.MIN_MTU && mtu <= TapSpec.MAX_MTU) return mtu;
        throw new IllegalArgumentException("expected " + TapSpec.MIN_MTU + " to " + TapSpec.MAX_MTU);
    }

    private static int limit(String text) {
        int limit = number(text);
        if (limit <= LARGEST_LIMIT) return limit;
        throw new IllegalArgumentException("expected at most " + LARGEST_LIMIT);
    }

    private static int number(String text) {
        if (text.matches("[0-9]{1,9}")) return Integer.parseInt(text);
        throw new IllegalArgumentException("expected a whole number");
    }

    private static String address(String text) {
        InetAddress address = InetAddress.ofLiteral(text);
        return address.isAnyLocalAddress() ? "" : text;
    }

    private static String prefix(String text) {
        if (text.matches("[A-Za-z][A-Za-z0-9_.-]{0,10}")) return text;
        throw new IllegalArgumentException("expected a letter, then letters or digits, at most 11 in all");
    }

    private static ArpMode arp(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "direct" -> ArpMode.DIRECT;
            case "reply" -> ArpMode.REPLY;
            case "flood" -> ArpMode.FLOOD;
            default -> throw new IllegalArgumentException("expected direct, reply or flood");
        };
    }
}
