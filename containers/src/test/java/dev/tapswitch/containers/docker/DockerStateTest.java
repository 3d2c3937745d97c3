package dev.tapswitch.containers.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerStateTest {
    private static final String EARLIER = """
            {"version":1,"networks":[{"id":"n1","device":"lan","ipv4":[{"pool":"10.77.0.0/24","gateway":"10.77.0.1/24"}],"ipv6":[],\
            "mtu":1500,"internal":false,"masquerade":true,"routedIpv4":false,"routedIpv6":false,"hostAddress":"","prefix":"eth",\
            "arp":"DIRECT"}],"endpoints":[{"id":"e1","network":"n1","device":"tse1","mac":2199023255553,"ipv4":"10.77.0.2/24",\
            "ipv6":"","sandbox":"/var/run/docker/netns/x","ports":[{"device":"lan","protocol":"tcp","hostAddress":"","hostPort":9001,\
            "ipv4":"10.77.0.2","ipv6":"","containerPort":80}]}],"pools":[{"id":"p1","pool":"10.77.0.0/24","range":"10.77.0.0/24",\
            "given":{"10.77.0.2":"02:00:00:00:00:01"}}]}""";

    private static final IpPrefix SUBNET = IpPrefix.parse("10.77.0.0/24");

    @TempDir
    private Path directory;

    /** Keys that an earlier release did not write are read as 0 and false. */
    @Test
    void theFileOfAnEarlierReleaseIsReadAndSaved() throws Exception {
        try (StateDirectory open = StateDirectory.open(directory)) {
            isReadAndSaved(open);
        }
    }

    private void isReadAndSaved(StateDirectory open) throws Exception {
        Files.writeString(directory.resolve("docker.json"), EARLIER);
        DockerState state = DockerState.load(open);
        var network = new DockerNetwork(
                "n1",
                "lan",
                List.of(new Subnet(SUBNET, Optional.of(IpPrefix.parse("10.77.0.1/24")))),
                List.of(),
                1500,
                Set.of(Option.MASQUERADE),
                Optional.empty(),
                "eth",
                DockerSettings.defaults().with(PortSchema.LEARNING_LIMIT, 0));
        var endpoint = new DockerEndpoint(
                "e1",
                "n1",
                "tse1",
                0x020000000001L,
                Optional.of(IpPrefix.parse("10.77.0.2/24")),
                Optional.empty(),
                "/var/run/docker/netns/x",
                PortKind.TAP,
                List.of(new PublishedPort(
                        "lan",
                        "tcp",
                        Optional.empty(),
                        9001,
                        Optional.of(IpAddress.parse("10.77.0.2")),
                        Optional.empty(),
                        80)));
        var pool = new AddressPool("p1", SUBNET, SUBNET, Map.of(IpAddress.parse("10.77.0.2"), "02:00:00:00:00:01"));
        assertEquals(Map.of("n1", network), state.networks);
        assertEquals(Map.of("e1", endpoint), state.endpoints);
        assertEquals(Map.of("p1", pool), state.pools);

        state.save();
        DockerState again = DockerState.load(open);
        assertEquals(state.networks, again.networks);
        assertEquals(state.endpoints, again.endpoints);
        assertEquals(state.pools, again.pools);
    }

    @Test
    void aDamagedFileWithoutACopyRestoresNothingAndIsReported() throws IOException {
        assertTrue(problemWith(EARLIER.substring(0, 40)).contains("Unterminated string at line 1"));
        assertTrue(problemWith(EARLIER.replace("\"hostPort\":9001,", "")).contains("\"hostPort\" is missing"));
        assertTrue(problemWith(EARLIER.replace("DIRECT", "PERHAPS")).contains("\"arp\" is \"PERHAPS\""));
        assertTrue(problemWith("{}").contains("\"networks\" is missing"));
    }

    private String problemWith(String content) throws IOException {
        Files.writeString(directory.resolve("docker.json"), content);
        try (StateDirectory open = StateDirectory.open(directory)) {
            assertEquals(Map.of(), DockerState.load(open).networks);
            assertEquals(1, open.problems().size());
            return open.problems().getFirst();
        }
    }
}
