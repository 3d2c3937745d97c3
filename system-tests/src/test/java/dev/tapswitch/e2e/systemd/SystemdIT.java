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

/** The package on a machine with a real systemd, from its installation to its purge, with all that happens to a service in between. */
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
    /** Files of that name before there was a package: where the machine under the lab holds this very project, or its own installation. */
    private static Set<String> before;

    @BeforeAll
    @Timeout(700)
    static void boot() throws IOException {
        lab = SystemdLab.up();
        before = filesOfThatName();
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
        // Made after the service, whose mounts are its own.
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
        survive("restart", "systemctl restart tapswitch");
    }

    @Test
    @Order(4)
    void aKilledServiceRestartsWithTheSameInterfaces() throws IOException, InterruptedException {
        survive("SIGKILL", "systemctl kill -s KILL tapswitch; sleep 1");
    }

    /** What follows, restarts and a stop among it, happens to the successor. */
    @Test
    @Order(5)
    void aHandoverKeepsTheServiceActiveInAnotherProcess() throws IOException, InterruptedException {
        lab.expect("systemctl restart tapswitch");
        String before = lab.property("MainPID");
        survive("hand-over", "tapswitch restart");
        assertNotEquals(before, lab.property("MainPID"));
        assertEquals("active", lab.property("ActiveState"));
        assertEquals("0", lab.property("NRestarts"));
        assertEquals("2", lab.property("NFileDescriptorStore"));
        assertEquals("2 of 2 ports forwarding, 1 switch", awaitStatus("2 of 2"));
        assertNotEquals(0, lab.run("test -e /proc/" + before).exitCode());
        survive("restart after a hand-over", "systemctl restart tapswitch");
    }

    /** To the same version: for dpkg that is an upgrade too. */
    @Test
    @Order(6)
    void anUpgradeHandsOverToTheNewFiles() throws IOException, InterruptedException {
        String before = lab.property("MainPID");
        survive("upgrade", "dpkg -i --no-triggers /opt/tapswitch.deb");
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
        Path said = lab.directory().resolve("iperf");
        Process client = lab.start("ip netns exec a iperf3 -c 198.18.0.2 -t 8 -b 50M -i 1", said);
        Await.pause(Duration.ofSeconds(2));
        lab.expect("systemctl restart tapswitch");
        assertTrue(client.waitFor(60, TimeUnit.SECONDS), "iperf3 ends");
        assertEquals(0, client.exitValue(), () -> read(said) + lab.log());
        assertTrue(read(said).contains("receiver"), () -> read(said));
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
                () -> "another process than " + before + lab.log(),
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
        // Removed from the file while nobody is there: the start lets go of it.
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
        Set<String> left = new TreeSet<>(filesOfThatName());
        left.removeAll(before);
        assertEquals(Set.of(), left);
        assertNotEquals(0, lab.run("getent group tapswitch").exitCode());
    }

    /** Where a package puts files, and a service leaves them; elsewhere other people's come and go meanwhile. */
    private static Set<String> filesOfThatName() {
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
     * Does something to the service while frames cross 50 times a second: none may be lost, no interface may notice. A TAP's queue holds 500
     * frames meanwhile. The kernel counts the replies: those to 4 s of requests come at once, which may be more than ping has room for.
     */
    private static void survive(String name, String what) throws IOException, InterruptedException {
        String before = link();
        int unanswered = unanswered();
        Path said = lab.directory().resolve("ping");
        Process ping = lab.start("ip netns exec a ping -q -n -i 0.02 198.18.0.2", said);
        Await.pause(Duration.ofSeconds(1));
        lab.expect(what);
        // Behind all that wait.
        lab.expect("ip netns exec a ping -q -n -c 1 -W 30 198.18.0.2");
        Await.pause(Duration.ofSeconds(1));
        lab.expect("pkill -INT -x ping");
        assertTrue(ping.waitFor(60, TimeUnit.SECONDS), "ping ends");
        Matcher counts = PING.matcher(read(said));
        assertTrue(counts.find(), () -> read(said) + lab.log());
        int lost = unanswered() - unanswered;
        System.out.printf(
                "measured: %s: %d of %s echoes lost, the longest waited %s ms%n",
                name, lost, counts.group(1), counts.group(2));
        assertEquals(0, lost, () -> read(said) + lab.log());
        assertEquals(before, link());
    }

    /** Of all echoes that the namespace ever asked for (RFC 4293: icmpMsgStatsOutPkts of type 8, icmpMsgStatsInPkts of type 0). */
    private static int unanswered() {
        return Integer.parseInt(lab.expect("""
                        ip netns exec a awk '$1 == "IcmpMsg:" && !n { n = split($0, name); next }
                          $1 == "IcmpMsg:" { for (i = 2; i <= n; i++) count[name[i]] = $i }
                          END { print count["OutType8"] - count["InType0"] }' /proc/net/snmp"""));
    }

    /** What changes when an interface is made anew, or loses its carrier for a moment. */
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
