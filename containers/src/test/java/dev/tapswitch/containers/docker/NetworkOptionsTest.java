package dev.tapswitch.containers.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SuperFrames;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.core.bridge.ArpMode;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reads CreateNetwork requests as dockerd sends them. */
class NetworkOptionsTest {
    private static DockerNetwork read(String generic) throws RequestException {
        return NetworkOptions.read(Json.parse("""
                {"NetworkID":"40b569b0f2275413c1b7948b957f84de1edf3cbd97e5cec0f205e5f16d49e942",
                 "Options":{"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{%s}},
                 "IPv4Data":[{"AddressSpace":"LocalDefault","Gateway":"10.77.0.1/24","Pool":"10.77.0.0/24"}],"IPv6Data":[]}
                """.formatted(generic)));
    }

    private static String refused(String generic) {
        return assertThrows(RequestException.class, () -> read(generic)).getMessage();
    }

    @Test
    void defaultsAreThoseOfABridgeNetwork() throws RequestException {
        DockerNetwork network = read("");
        assertEquals("ts-40b569b0f227", network.device());
        assertEquals(1_500, network.mtu());
        assertEquals(Set.of(Option.MASQUERADE), network.options());
        assertEquals(ArpMode.DIRECT, network.get(SwitchSchema.ARP));
        assertEquals(
                "10.77.0.1",
                network.ipv4().getFirst().gatewayAddress().orElseThrow().toString());
    }

    @Test
    void theOptionsOfTheBridgeDriverAreRead() throws RequestException {
        DockerNetwork network = read("""
                "com.docker.network.bridge.name":"tap0","com.docker.network.bridge.enable_ip_masquerade":"False",
                "com.docker.network.driver.mtu":"9000","com.docker.network.bridge.host_binding_ipv4":"0.0.0.0",
                "com.docker.network.bridge.gateway_mode_ipv6":"routed","tapswitch.arp":"flood",
                "com.docker.network.bridge.enable_icc":"false"
                """);
        assertEquals("tap0", network.device());
        assertEquals(9_000, network.mtu());
        assertEquals(Optional.empty(), network.hostAddress());
        assertEquals(ArpMode.FLOOD, network.get(SwitchSchema.ARP));
        assertEquals(Set.of(Option.ROUTED_IPV6, Option.ISOLATED), network.options());
    }

    @Test
    void theDeclaredSettingsAreOptionsAndAreSaved() throws RequestException {
        DockerNetwork network = read("""
                "tapswitch.kind":"tap","tapswitch.super-frames":"64k","tapswitch.learning-limit":"7","tapswitch.arp":"reply"
                """);
        assertEquals(PortKind.TAP, network.get(PortSchema.KIND));
        assertEquals(SuperFrames.STANDARD, network.get(PortSchema.SUPER_FRAMES));
        assertEquals(7, network.get(PortSchema.LEARNING_LIMIT));
        assertEquals(ArpMode.REPLY, network.get(SwitchSchema.ARP));
        assertEquals(network, DockerDocument.network(DockerDocument.of(network)));
    }

    @Test
    void anErrorNamesTheOptionAndWhatIsExpected() {
        assertTrue(refused("\"com.docker.network.driver.mtu\":\"9k\"")
                .contains("driver.mtu: \"9k\" is not a whole number; expected a whole number"));
        assertTrue(refused("\"tapswitch.arq\":\"flood\"").contains("unknown option tapswitch.arq; expected one of"));
    }

    @Test
    void anInvalidSubnetOrGatewayIsRefused() {
        for (String data : new String[] {
            "\"Pool\":\"10.77.0.0/24 accept; }\",\"Gateway\":\"10.77.0.1/24\"",
            "\"Pool\":\"10.77.0.0/24\",\"Gateway\":\"10.77.0.1/24 drop\"",
            "\"Pool\":\"\",\"Gateway\":\"\""
        }) {
            Json request = Json.parse("{\"NetworkID\":\"40b569b0f227\",\"IPv4Data\":[{" + data + "}]}");
            String why = assertThrows(RequestException.class, () -> NetworkOptions.read(request))
                    .getMessage();
            assertTrue(why.startsWith("IPv4Data: "), why);
        }
    }
}
