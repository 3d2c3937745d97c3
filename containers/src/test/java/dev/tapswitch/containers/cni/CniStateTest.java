package dev.tapswitch.containers.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.containers.cni.CniNetwork.Resource;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.core.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniStateTest {
    private static final String EARLIER = """
            {"version":1,"networks":[{"name":"pods","switchName":"lan","hostDevice":"lan0","madeSwitch":true,"madeHostPort":false,\
            "masqueraded":["198.18.7.0/24"]}]}""";

    private static final CniNetwork.Id ID = new CniNetwork.Id("pods", "lan");
    private static final CniNetwork NETWORK =
            new CniNetwork(ID, "lan0", Set.of(Resource.SWITCH), List.of(IpPrefix.parse("198.18.7.0/24")));

    @TempDir
    private Path directory;

    @Test
    void theFileOfAnEarlierReleaseIsReadAndSaved() throws Exception {
        Files.writeString(directory.resolve("cni.json"), EARLIER);
        try (StateDirectory open = StateDirectory.open(directory)) {
            CniState state = CniState.load(open);
            assertEquals(Map.of(ID, NETWORK), state.networks);
            CniNetwork changed = NETWORK.with(Set.of(Resource.HOST_PORT), List.of(IpPrefix.parse("198.18.6.0/24")));
            state.networks.put(ID, changed);
            state.save();
            assertEquals(Map.of(ID, changed), CniState.load(open).networks);
        }
    }

    @Test
    void aDamagedFileWithoutACopyRestoresNothingAndIsReported() throws IOException {
        Files.writeString(directory.resolve("cni.json"), EARLIER.replace("\"hostDevice\":\"lan0\",", ""));
        try (StateDirectory open = StateDirectory.open(directory)) {
            assertEquals(Map.of(), CniState.load(open).networks);
            assertEquals(1, open.problems().size());
            assertTrue(open.problems().getFirst().contains("\"hostDevice\" is missing"), open.problems()::getFirst);
        }
    }

    @Test
    void anHeirTakesOverTheSwitchButOnlyItsOwnHostPort() {
        CniNetwork removed = NETWORK.with(Set.of(Resource.HOST_PORT), List.of());
        CniNetwork sameHostPort = new CniNetwork(new CniNetwork.Id("jobs", "lan"), "lan0", Set.of(), List.of());
        CniNetwork otherHostPort = new CniNetwork(new CniNetwork.Id("jobs", "lan"), "lan1", Set.of(), List.of());
        assertEquals(
                Set.of(Resource.SWITCH, Resource.HOST_PORT),
                sameHostPort.inheriting(removed).created());
        assertEquals(Set.of(Resource.SWITCH), otherHostPort.inheriting(removed).created());
    }
}
