package dev.tapswitch.containers.cni;

import java.util.Locale;

/** A container's interface on a network. Its port is named so that it is found again, and told from those of other networks. */
record Attachment(String network, String containerId, String ifname) {
    private static final int LONGEST_ID = 32;

    /** What the names of all ports of a network begin with. */
    static String prefix(String network) {
        return "cni-%08x-".formatted(network.hashCode());
    }

    String port() {
        String id = containerId.length() <= LONGEST_ID
                ? containerId
                : containerId.substring(0, LONGEST_ID - 8) + "%08x".formatted(containerId.hashCode());
        return String.format(Locale.ROOT, "%s%s-%s", prefix(network), id, ifname);
    }
}
