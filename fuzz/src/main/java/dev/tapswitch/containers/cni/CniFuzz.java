package dev.tapswitch.containers.cni;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.state.StateFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Any JSON is a request, whose port can be described, or is refused by CNI's error. */
public final class CniFuzz {
    private CniFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        StateFuzz.load("cni.json", input, CniState::load);
        Json body;
        try {
            body = Json.parse(new String(input, StandardCharsets.UTF_8));
        } catch (JsonException e) {
            return;
        }
        try {
            CniRequest request = CniRequest.of(body);
            IpamResult addressing = IpamResult.of(request);
            Cni.port(request, addressing);
            CniNetwork network = CniNetwork.of(request).with(true, true, addressing.subnets());
            if (!CniNetwork.of(network.json()).equals(network)) throw new AssertionError("kept as " + network.json());
            addressing.gateways();
            addressing.result(request, "02:00:00:00:00:01", 1_500);
        } catch (CniException | ConfigException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("no reason", e);
        }
    }
}
