package dev.tapswitch.containers.cni;

import java.util.Locale;

/** The interface of a container on a network. The name of its port identifies the attachment. */
record Attachment(String network, String containerId, String ifname) {
    private static final int MAX_ID = 32;

    /** The prefix that the names of all ports of a network have. Another network may have the same one, because it is a hash. */
    static String prefix(String network) {
        return "cni-%08x-".formatted(network.hashCode());
    }

    /** The name of the port. Long container ids are shortened, and a hash keeps them unique. */
    String port() {
        String id = containerId.length() <= MAX_ID
                ? containerId
                : containerId.substring(0, MAX_ID - 8) + "%08x".formatted(containerId.hashCode());
        return String.format(Locale.ROOT, "%s%s-%s", prefix(network), id, ifname);
    }
}
