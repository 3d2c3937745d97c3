package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The package on a machine with a real systemd: installation, reload, restart, kill, hand-over, upgrade, watchdog, stop, removal, purge. */
@Timeout(400)
@Tag("ordered")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SystemdIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern PING = Pattern.compile(
            "(\\d+) packets transmitted.*?min/avg/max/mdev = [\\d.]+/[\\d.]+/([\\d.]+)/", Pattern.DOTALL);
    private static final String CONFIG = """
            switches:
              lan:
                ports:
                  a: {namespace: a, device: eth0, addresses: [198.18.0.1/24]}
                  b: {namespace: b, device: eth0, addresses: [198.18.0.2/24]}
            """;
    private static SystemdLab lab;
    /** Files named *tapswitch* from before the installation: the machine under the lab may have this repository or an installation. */
    private static Set<String> before;

    @BeforeAll
    @Timeout(700)
    static void boot() throws IOException {
        lab = SystemdLab.up();
        before = tapswitchFiles();
        assumeFalse(before.contains("/usr/bin/tapswitch"), "the package is installed on this machine");
    }

    @AfterAll
    static void powerOff() throws IOException {
        if (lab != null) lab.close();
    }

    @Test
    @Order(1)
    void theInstalledServiceRunsAtOnceWithoutAJavaInstallation() throws IOException {
        lab.expect("mkdir /var/nothing; mount --bind /var/nothing /usr/lib/jvm || true");
        lab.expect("dpkg -i --no-triggers /opt/tapswitch.deb");
        assertEquals("active", lab.property("ActiveState"));
        assertEquals("enabled", lab.property("UnitFileState"));
        assertEquals("660 tapswitch", lab.expect("stat -c '%a %G' /run/tapswitch/tapswitch.sock"));
        assertTrue(lab.expect("tapswitch version").startsWith("tapswitch "));
        String score = lab.expect("systemd-analyze security --no-pager tapswitch | tail -n 1");
        double exposure = Double.parseDouble(score.replaceAll(".*: ([0-9.]+) .*", "$1"));
        assertTrue(exposure <= 3.5, score);
        // The namespaces are created after the start of the service, which has a separate mount namespace.
        lab.expect("ip netns add a && ip netns add b");
        lab.write("/etc/tapswitch/tapswitch.yaml", CONFIG);
        lab.expect("systemctl reload tapswitch");
        assertEquals("2 of 2 ports forwarding, 1 switch", awaitStatus("2 of 2"));
        lab.expect("ip netns exec a ping -n -c 2 -i 0.1 -W 20 198.18.0.2");
    }

    @Test
    @Order(2)
    void anInvalidConfigurationFailsTheReloadAndChangesNothing() throws IOException {
        lab.write("/etc/tapswitch/tapswitch.yaml", CONFIG + "    arp: perhaps\n");
        CommandResult refused = lab.run("systemctl reload tapswitch");
        assertNotEquals(0, refused.exitCode(), refused.output());
        assertTrue(awaitStatus("refused").contains("arp"), lab::log);
        lab.expect("ip netns exec a ping -n -c 2 -i 0.1 -W 20 198.18.0.2");
        lab.write("/etc/tapswitch/tapswitch.yaml", CONFIG);
        lab.expect("systemctl reload tapswitch");
        assertEquals("active", lab.property("ActiveState"));
    }

    @Test
    @Order(3)
    void aRestartKeepsInterfacesAndCarrierAndLosesNoFrame() throws IOException, InterruptedException {
        assertEquals("2", lab.property("NFileDescriptorStore"));
        assertLosesNoFrame("restart", "systemctl restart tapswitch");
    }

    @Test
    @Order(4)
    void aKilledServiceRestartsWithTheSameInterfaces() throws IOException, InterruptedException {
        assertLosesNoFrame("SIGKILL", "systemctl kill -s KILL tapswitch; sleep 1");
    }

    /** The following tests run against the successor. */
    @Test
    @Order(5)
    void aHandoverKeepsTheServiceActiveInAnotherProcess() throws IOException, InterruptedException {
        lab.expect("systemctl restart tapswitch");
        String before = lab.property("MainPID");
        assertLosesNoFrame("hand-over", "tapswitch restart");
        assertNotEquals(before, lab.property("MainPID"));
        assertEquals("active", lab.property("ActiveState"));
        assertEquals("0", lab.property("NRestarts"));
        assertEquals("2", lab.property("NFileDescriptorStore"));
        assertEquals("2 of 2 ports forwarding, 1 switch", awaitStatus("2 of 2"));
        assertNotEquals(0, lab.run("test -e /proc/" + before).exitCode());
        assertLosesNoFrame("restart after a hand-over", "systemctl restart tapswitch");
    }

    /** For dpkg, an installation of the same version is an upgrade too. */
    @Test
    @Order(6)
    void anUpgradeHandsOverToTheNewFiles() throws IOException, InterruptedException {
        String before = lab.property("MainPID");
        assertLosesNoFrame("upgrade", "dpkg -i --no-triggers /opt/tapswitch.deb");
        assertNotEquals(before, lab.property("MainPID"));
        assertEquals("0", lab.property("NRestarts"));
        assertEquals(
                "",
                lab.expect("ls -l /proc/$(systemctl show tapswitch --value -p MainPID)/exe | grep deleted || true"));
        assertEquals("2 of 2 ports forwarding, 1 switch", awaitStatus("2 of 2"));
    }

    @Test
    @Order(7)
    void aConnectionSurvivesARestart() throws IOException, InterruptedException {
        lab.start("ip netns exec b iperf3 -s -1", Path.of("/dev/null"));
        Await.within(
                TIMEOUT,
                () -> "iperf3 listens",
                () -> lab.run("ip netns exec b ss -ltn | grep -q 5201").exitCode() == 0);
        Path output = lab.directory().resolve("iperf");
        Process client = lab.start("ip netns exec a iperf3 -c 198.18.0.2 -t 8 -b 50M -i 1", output);
        Await.pause(Duration.ofSeconds(2));
        lab.expect("systemctl restart tapswitch");
        assertTrue(client.waitFor(120, TimeUnit.SECONDS), "iperf3 has not ended in time");
        assertEquals(0, client.exitValue(), () -> read(output) + lab.log());
        assertTrue(read(output).contains("receiver"), () -> read(output));
    }

    @Test
    @Order(8)
    void theWatchdogRestartsADaemonThatHangs() throws IOException {
        lab.expect("mkdir -p /etc/systemd/system/tapswitch.service.d");
        lab.write("/etc/systemd/system/tapswitch.service.d/test.conf", "[Service]\nWatchdogSec=2s\n");
        lab.expect("systemctl daemon-reload && systemctl restart tapswitch");
        String before = lab.property("MainPID");
        String index = lab.expect("ip netns exec a cat /sys/class/net/eth0/ifindex");
        lab.expect("kill -STOP " + before);
        Await.within(
                TIMEOUT,
                () -> "the service runs in another process than " + before + lab.log(),
                () -> !lab.property("MainPID").equals(before)
                        && lab.property("ActiveState").equals("active"));
        assertTrue(lab.property("NRestarts").compareTo("1") >= 0);
        lab.expect("ip netns exec a ping -n -c 2 -i 0.1 -W 20 198.18.0.2");
        assertEquals(index, lab.expect("ip netns exec a cat /sys/class/net/eth0/ifindex"));
        lab.expect("rm -r /etc/systemd/system/tapswitch.service.d && systemctl daemon-reload");
    }

    @Test
    @Order(9)
    void theDescriptorStoreDropsTheQueuesOfRemovedPorts() throws IOException {
        lab.expect("tapswitch port add lan c --namespace a --device extra");
        assertEquals("3", lab.property("NFileDescriptorStore"));
        lab.expect("tapswitch port delete lan c");
        assertEquals("2", lab.property("NFileDescriptorStore"));
        assertNotEquals(0, lab.run("ip -n a link show extra").exitCode());
        // A port is removed from the file before a restart: the start closes its queue.
        lab.write(
                "/etc/tapswitch/tapswitch.yaml",
                CONFIG.lines().filter(line -> !line.contains("  b: {")).reduce("", (x, y) -> x + y + "\n"));
        lab.expect("systemctl restart tapswitch");
        assertEquals("1", lab.property("NFileDescriptorStore"));
        assertNotEquals(0, lab.run("ip -n b link show eth0").exitCode());
        lab.write("/etc/tapswitch/tapswitch.yaml", CONFIG);
        lab.expect("systemctl reload tapswitch");
    }

    @Test
    @Order(10)
    void aStopRemovesTheInterfaces() {
        lab.expect("systemctl stop tapswitch");
        assertNotEquals(0, lab.run("ip -n a link show eth0").exitCode());
        assertEquals("0", lab.property("NFileDescriptorStore"));
        lab.expect("systemctl start tapswitch");
        lab.expect("ip netns exec a ping -n -c 2 -i 0.1 -W 20 198.18.0.2");
    }

    @Test
    @Order(11)
    void removeAndPurgeLeaveNothingBehind() {
        lab.expect("dpkg --remove --no-triggers tapswitch");
        assertNotEquals(
                "active", lab.run("systemctl is-active tapswitch").output().strip());
        assertNotEquals(0, lab.run("ip -n a link show eth0").exitCode());
        lab.expect("test -f /etc/tapswitch/tapswitch.yaml");
        lab.expect("dpkg --purge --no-triggers tapswitch");
        Set<String> left = new TreeSet<>(tapswitchFiles());
        left.removeAll(before);
        assertEquals(Set.of(), left);
        assertNotEquals(0, lab.run("getent group tapswitch").exitCode());
    }

    /** Searches the directories that packages and services write to. Elsewhere, other processes of the machine may create such files meanwhile. */
    private static Set<String> tapswitchFiles() {
        return lab.expect(
                        "find /etc /lib /opt /usr /var -xdev -name '*tapswitch*' ! -path '/var/tmp/*' 2>/dev/null || true")
                .lines()
                .collect(Collectors.toSet());
    }

    private static String awaitStatus(String part) {
        Await.within(
                TIMEOUT,
                () -> part + " in " + lab.property("StatusText"),
                () -> lab.property("StatusText").contains(part));
        return lab.property("StatusText");
    }

    /**
     * Runs a command while pings pass 50 times a second. None may be lost, and the interface must keep its index, carrier and MAC. Without a reader a TAP's
     * queue holds 500 frames. The kernel counts the replies: those to 4 s of requests arrive at once and may overflow ping's socket buffer.
     */
    private static void assertLosesNoFrame(String name, String command) throws IOException, InterruptedException {
        String before = link();
        int unanswered = unanswered();
        Path output = lab.directory().resolve("ping");
        Process ping = lab.start("ip netns exec a ping -q -n -i 0.02 198.18.0.2", output);
        Await.pause(Duration.ofSeconds(1));
        lab.expect(command);
        // The reply to this ping arrives after those to all waiting requests.
        lab.expect("ip netns exec a ping -q -n -c 1 -W 30 198.18.0.2");
        Await.pause(Duration.ofSeconds(1));
        lab.expect("pkill -INT -x ping");
        assertTrue(ping.waitFor(120, TimeUnit.SECONDS), "ping has not ended in time");
        Matcher counts = PING.matcher(read(output));
        assertTrue(counts.find(), () -> read(output) + lab.log());
        // The reply to the last request may still be on its way.
        Await.within(
                TIMEOUT,
                () -> "no ping is lost, not " + (unanswered() - unanswered) + ":\n" + read(output) + lab.log(),
                () -> unanswered() == unanswered);
        System.out.printf(
                "measured: %s: 0 of %s pings are lost, the longest round trip takes %s ms%n",
                name, counts.group(1), counts.group(2));
        assertEquals(before, link());
    }

    /** Counts the echo requests of the namespace without a reply, since its creation (RFC 4293: icmpMsgStatsOutPkts of type 8, icmpMsgStatsInPkts of type 0). */
    private static int unanswered() {
        return Integer.parseInt(lab.expect("""
                        ip netns exec a awk '$1 == "IcmpMsg:" && !n { n = split($0, name); next }
                          $1 == "IcmpMsg:" { for (i = 2; i <= n; i++) count[name[i]] = $i }
                          END { print count["OutType8"] - count["InType0"] }' /proc/net/snmp"""));
    }

    /** Properties that change when an interface is recreated or loses its carrier. */
    private static String link() {
        return lab.expect("ip netns exec a sh -c 'cd /sys/class/net/eth0 && cat ifindex carrier_changes address'");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
