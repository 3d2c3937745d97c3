package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.CommandResult;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a Docker network the MAC address of each container is bound to its port, whatever the container does with its interface. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerMacBindingIT {
    @ParameterizedTest
    @ValueSource(strings = {"auto", "tap"})
    void aContainerThatTakesAnothersMacGetsNothingOfIts(String kind) {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "10.74.0.0/24", "net0", List.of("-o", "tapswitch.kind=" + kind));
            lab.web("aa", "--network", "net");
            lab.web("bb", "--network", "net");
            lab.web("liar", "--network", "net", "--cap-add", "NET_ADMIN");
            lab.ping("liar", "bb");
            String mac = lab.exec("aa", "cat", "/sys/class/net/eth0/address");
            lab.exec("liar", "ip", "link", "set", "eth0", "address", mac);
            CommandResult forged = lab.tryExec("liar", "ping", "-c", "3", "-W", "2", lab.address("bb", "net"));
            assertNotEquals(0, forged.exitCode(), forged.output());
            String stats = lab.tapswitch().cli("stats", "net0").output();
            assertTrue(stats.contains("static-elsewhere"), stats);
            lab.ping("bb", "aa");
        }
    }
}
