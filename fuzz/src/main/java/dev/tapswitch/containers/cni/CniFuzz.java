package dev.tapswitch.containers.cni;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.state.StateFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Any JSON is a valid CNI request, from which a port can be configured, or is refused with a CNI error. */
public final class CniFuzz {
    private CniFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        StateFuzz.load("cni.json", input, directory -> CniState.load(directory, UserChanges.NONE));
        Json body;
        try {
            body = Json.parse(new String(input, StandardCharsets.UTF_8));
        } catch (JsonException e) {
            return;
        }
        try {
            CniRequest request = CniRequest.of(body);
            IpamResult ipam = IpamResult.of(request);
            PortConfig port = Cni.port(request, ipam);
            CniNetwork network = CniNetwork.of(request).with(port).masquerading(ipam.subnets());
            CniInventory inventory = CniInventory.EMPTY.with(network).withHostPort(network.switchName(), port);
            Json saved = CniDocument.of(inventory);
            if (!CniDocument.inventory(Json.parse(saved.toString()), UserChanges.NONE)
                    .equals(inventory)) throw new AssertionError("not read back: " + saved);
            ipam.gateways();
            ipam.result(request, "02:00:00:00:00:01", 1_500);
        } catch (CniException | ConfigException | JsonException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("the error has no message", e);
        }
    }
}
