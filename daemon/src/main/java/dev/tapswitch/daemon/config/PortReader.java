package dev.tapswitch.daemon.config;

import dev.tapswitch.core.frame.MacAddress;
import dev.tapswitch.tap.device.Namespace;
import dev.tapswitch.tap.device.RateLimit;
import dev.tapswitch.tap.device.TapSpec;
import java.util.List;
import java.util.Map;

/** Reads the settings of one port, from a file or from a request. */
final class PortReader {
    static final int LEAST_MTU = 68;
    /** Linux' largest for a TAP: 65,535 less the Ethernet header. */
    static final int MOST_MTU = 65_521;

    private static final int LEAST_MTU_FOR_IPV6 = 1_280;
    private static final Map<String, Boolean> BEYOND_LIMIT = Map.of("forward", false, "drop", true);

    private PortReader() {}

    /** What the mapping says, and for the rest what {@code base} says. */
    static PortConfig read(Mapping port, PortConfig base) {
        var read = new PortConfig(
                base.name(),
                port.parsed("namespace", Namespace::parse, base.namespace()),
                port.parsed("device", PortReader::device, base.device()),
                port.number("mtu", LEAST_MTU, MOST_MTU, base.mtu()),
                port.parsed("mac", PortReader::stationMac, base.mac()),
                port.texts("addresses", address -> tap(List.of(address), List.of()), base.addresses()),
                port.texts("routes", route -> tap(List.of(), List.of(route)), base.routes()),
                port.flag("up", base.up()),
                port.flag("offload", base.offload()),
                port.flag("persistent", base.persistent()),
                port.flag("hairpin", base.hairpin()),
                port.flag("isolated", base.isolated()),
                port.number("learning-limit", 0, 1 << 24, base.learningLimit()),
                port.oneOf("beyond-limit", BEYOND_LIMIT, base.dropBeyondLimit()),
                port.parsed("send-limit", RateLimit::parse, base.sendLimit()),
                port.parsed("receive-limit", RateLimit::parse, base.receiveLimit()),
                port.flag("accept-ra", base.acceptRa()),
                base.kind(),
                base.movedFrom());
        port.done();
        checkDefaultDevice(port, read);
        checkIpv6(port, read);
        return read;
    }

    /** A MAC that a station may have: not a group's, not zero. */
    static long stationMac(String text) {
        long mac = MacAddress.parse(text);
        if (mac != 0 && !MacAddress.isMulticast(mac)) return mac;
        throw new IllegalArgumentException("\"" + text
                + "\" is not one station's address; expected one whose first byte is even, such as 02:00:00:00:00:01");
    }

    private static void checkDefaultDevice(Mapping port, PortConfig read) {
        if (port.has("device")) return;
        try {
            device(read.device());
        } catch (IllegalArgumentException e) {
            port.problem("device", "is not set, and the port's name can't be its default: " + e.getMessage());
        }
    }

    private static void checkIpv6(Mapping port, PortConfig read) {
        boolean usesIpv6 = read.addresses().stream().anyMatch(address -> address.contains(":"));
        if (usesIpv6 && read.mtu() < LEAST_MTU_FOR_IPV6) {
            port.problem(
                    "mtu",
                    read.mtu() + " is too small for the port's IPv6 address; expected " + LEAST_MTU_FOR_IPV6
                            + " or more (RFC 8200 5)");
        }
    }

    static String device(String name) {
        return tap(name, List.of(), List.of()).device();
    }

    /** An interface's address with its length, "198.18.0.1/24". */
    static String address(String text) {
        tap(List.of(text), List.of());
        return text;
    }

    private static void tap(List<String> addresses, List<String> routes) {
        tap("any", addresses, routes);
    }

    /** The device's own checks say what is wrong. */
    private static TapSpec tap(String device, List<String> addresses, List<String> routes) {
        return new TapSpec(
                device, new Namespace.Current(), 1, PortConfig.DEFAULT_MTU, -1, true, true, false, addresses, routes);
    }
}
