package dev.tapswitch.linux.netlink;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;

/**
 * A route through a gateway: "default via 198.18.0.254", "10.0.0.0/8 via 198.18.0.254".
 *
 * @param destination a network; its length is 0 for the default route
 */
public record IpRoute(IpPrefix destination, IpAddress gateway) {
    /**
     * Parses a route.
     *
     * @throws IllegalArgumentException if the text is not a route; the message says what was expected
     */
    public static IpRoute parse(String text) {
        String[] words = text.strip().split("\\s+", -1);
        if (words.length != 3 || !words[1].equals("via")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a route; expected \"default via GATEWAY\" or \"NETWORK/LENGTH via GATEWAY\"");
        }
        IpAddress gateway = IpAddress.parse(words[2]);
        IpPrefix destination = words[0].equals("default") ? everything(gateway) : IpPrefix.parseNetwork(words[0]);
        if (destination.isV4() != gateway.isV4()) {
            throw new IllegalArgumentException("route \"" + text
                    + "\" mixes IPv4 and IPv6; its network and its gateway must be of the same family");
        }
        return new IpRoute(destination, gateway);
    }

    private static IpPrefix everything(IpAddress gateway) {
        return new IpPrefix(gateway, 0).network();
    }

    @Override
    public String toString() {
        return (destination.length() == 0 ? "default" : destination) + " via " + gateway;
    }
}
