package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.cni.CniNetwork.Resource;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.core.net.IpPrefix;
import java.util.EnumSet;
import java.util.Set;

/** The JSON format of the state file. The keys must not change, because a new version reads the files of earlier ones. */
final class CniDocument {
    private CniDocument() {}

    static Json of(CniNetwork network) {
        return Json.object()
                .put("name", network.name())
                .put("switchName", network.switchName())
                .put("hostDevice", network.hostDevice())
                .put("madeSwitch", network.hasCreated(Resource.SWITCH))
                .put("madeHostPort", network.hasCreated(Resource.HOST_PORT))
                .set(
                        "masqueraded",
                        Json.of(network.masqueraded().stream()
                                .map(IpPrefix::toString)
                                .toList()));
    }

    /** Reads a network. JsonException if a key is missing or has a wrong type. */
    static CniNetwork network(Json node) {
        Set<Resource> created = EnumSet.noneOf(Resource.class);
        if (node.path("madeSwitch").asBoolean()) created.add(Resource.SWITCH);
        if (node.path("madeHostPort").asBoolean()) created.add(Resource.HOST_PORT);
        return new CniNetwork(
                new CniNetwork.Id(
                        node.required("name").asString(),
                        node.required("switchName").asString()),
                node.required("hostDevice").asString(),
                created,
                node.required("masqueraded")
                        .valueStream()
                        .map(CniDocument::prefix)
                        .toList());
    }

    private static IpPrefix prefix(Json node) {
        try {
            return IpPrefix.parse(node.asString());
        } catch (IllegalArgumentException e) {
            throw new JsonException("\"masqueraded\": " + e.getMessage());
        }
    }
}
