package dev.tapswitch.containers.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a request of dockerd with an invalid value is refused with an error that names the value. */
class InvalidRequestTest {
    private static final String ID = "0123456789ab";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"10.77.0.0, '', subnet: ", "10.77.0.0/33, '', subnet: ", "10.77.0.0/24, 10.77.0.0/x, range: "})
    void aPoolThatIsNotASubnetIsRefused(String pool, String range, String message) throws Exception {
        try (StateDirectory state = StateDirectory.open(directory)) {
            var ipam = new IpamDriver(DockerState.load(state));
            Json request = Json.object().put("Pool", pool).put("SubPool", range);
            assertRefused(message, () -> ipam.requestPool(request));
        }
    }

    @Test
    void anInvalidAddressIsRefused() throws Exception {
        try (StateDirectory state = StateDirectory.open(directory)) {
            var ipam = new IpamDriver(DockerState.load(state));
            String id = ipam.requestPool(Json.object().put("Pool", "10.77.0.0/24"))
                    .path("PoolID")
                    .asString();
            Json request = Json.object().put("PoolID", id).put("Address", "10.77.0.256");
            assertRefused("address: ", () -> ipam.requestAddress(request));
            assertRefused("address: ", () -> ipam.releaseAddress(request));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Address, 10.77.0.2, IPv4 address: ",
        "AddressIPv6, fd00::2/129, IPv6 address: ",
        "MacAddress, 02:00, MAC address: ",
        "MacAddress, 01:00:5e:00:00:01, MAC address: ",
    })
    void anEndpointWithAnInvalidAddressIsRefused(String key, String value, String message) throws Exception {
        DockerNetwork network = NetworkOptions.read(
                Json.object().put("NetworkID", ID).put("IPv4Data", List.of()).put("IPv6Data", List.of()));
        Json request = Json.object().put("EndpointID", ID);
        request.putObject("Interface").put(key, value);
        assertRefused(message, () -> NetworkDriver.endpoint(request, network, PortKind.TAP));
    }

    private static void assertRefused(String message, PluginCall call) {
        RequestException e = assertThrows(RequestException.class, call::run);
        assertEquals(Reason.INVALID, e.reason());
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @FunctionalInterface
    private interface PluginCall {
        void run() throws RequestException;
    }
}
