package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.control.json.Json;
import java.util.List;
import java.util.TreeSet;

/**
 * What a network has beside its attachments, and who made it: what we made for it goes with its last attachment. Kept in the state file.
 *
 * @param name of the network
 * @param switchName of its switch
 * @param hostDevice the host's port and interface on it
 * @param madeSwitch whether the switch is there for it only
 * @param madeHostPort whether the host's port is there for it only
 * @param masqueraded subnets that leave with the host's address; none where the network is not masqueraded
 */
record CniNetwork(
        String name,
        String switchName,
        String hostDevice,
        boolean madeSwitch,
        boolean madeHostPort,
        List<String> masqueraded) {
    CniNetwork {
        masqueraded = List.copyOf(masqueraded);
    }

    /** One of which nothing was made yet. */
    static CniNetwork of(CniRequest request) {
        return new CniNetwork(request.network(), request.switchName(), request.hostDevice(), false, false, List.of());
    }

    /** As {@link #json} wrote it. */
    static CniNetwork of(Json kept) {
        return new CniNetwork(
                kept.required("name").asString(),
                kept.required("switchName").asString(),
                kept.required("hostDevice").asString(),
                kept.path("madeSwitch").asBoolean(),
                kept.path("madeHostPort").asBoolean(),
                kept.required("masqueraded").valueStream().map(Json::asString).toList());
    }

    /** Its components by their names, for the state file. */
    Json json() {
        return Json.object()
                .put("name", name)
                .put("switchName", switchName)
                .put("hostDevice", hostDevice)
                .put("madeSwitch", madeSwitch)
                .put("madeHostPort", madeHostPort)
                .set("masqueraded", Json.of(masqueraded));
    }

    boolean is(String otherName, String otherSwitch) {
        return name.equals(otherName) && switchName.equals(otherSwitch);
    }

    boolean isAttachment(String port) {
        return port.startsWith(Attachment.prefix(name));
    }

    /** With what was made for it now, and these subnets too. */
    CniNetwork with(boolean makesSwitch, boolean makesHostPort, List<String> subnets) {
        TreeSet<String> all = new TreeSet<>(masqueraded);
        all.addAll(subnets);
        return new CniNetwork(
                name,
                switchName,
                hostDevice,
                madeSwitch || makesSwitch,
                madeHostPort || makesHostPort,
                List.copyOf(all));
    }

    /** Answers from now on also for what was made for one that goes, where it uses it. */
    CniNetwork inheriting(CniNetwork gone) {
        return with(gone.madeSwitch, gone.madeHostPort && hostDevice.equals(gone.hostDevice), List.of());
    }

    NatNetwork nat() {
        return NatNetwork.open(hostDevice, subnets(false), subnets(true));
    }

    private List<String> subnets(boolean ipv6) {
        return masqueraded.stream()
                .filter(subnet -> subnet.contains(":") == ipv6)
                .toList();
    }
}
