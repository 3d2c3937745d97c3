package dev.tapswitch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs every command against a fake API and checks its requests, its output and its exit code. */
class CommandsTest {
    private static final String SINGLE_SWITCH =
            "[{\"name\":\"lan\",\"ageing-seconds\":300,\"arp\":\"direct\",\"ports\":2,\"ports-up\":1,\"macs\":1234,"
                    + "\"mac-capacity\":65536,\"neighbours\":2}]";
    private static final String PORTS =
            "[{\"name\":\"web0\",\"index\":0,\"state\":\"up\",\"namespace\":\"web\",\"device\":\"eth0\",\"mtu\":1500,"
                    + "\"mac\":\"02:00:00:00:00:01\",\"addresses\":[\"198.18.0.1/24\"],\"macs\":1},"
                    + "{\"name\":\"db0\",\"index\":1,\"state\":\"down\",\"why\":\"namespace gone\",\"namespace\":\"db\","
                    + "\"device\":\"eth0\",\"mtu\":9000,\"mac\":\"02:00:00:00:00:02\",\"addresses\":[],\"macs\":0}]";
    private static final String MACS =
            "[{\"mac\":\"02:00:00:00:00:01\",\"vlan\":0,\"port\":\"web0\",\"static\":false,\"age-seconds\":75},"
                    + "{\"mac\":\"02:00:00:00:00:02\",\"vlan\":10,\"port\":\"db0\",\"static\":true,\"age-seconds\":0}]";

    @TempDir
    private Path directory;

    private FakeDaemon daemon;

    @BeforeEach
    void listen() throws IOException {
        daemon = new FakeDaemon(directory).answer("GET /v1/switches", SINGLE_SWITCH);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    private Ran run(String commandLine) {
        return Ran.command((commandLine + " --socket " + daemon.socket).split(" "));
    }

    private String printed(String commandLine) {
        var ran = run(commandLine);
        assertEquals("", ran.err());
        assertEquals(0, ran.exitCode());
        return ran.out();
    }

    @Test
    void publishedPortsArePrintedAsATable() {
        daemon.answer(
                "GET /v1/published-ports",
                "[{\"protocol\":\"tcp\",\"host-address\":\"\",\"host-port\":9001,\"container-addresses\":[\"172.17.0.2\"],"
                        + "\"container-port\":80,\"switch\":\"ts0\"}]");
        assertEquals("""
                host  port  protocol  container   port  switch
                *     9001  tcp       172.17.0.2    80  ts0
                """, printed("ports"));
    }

    @Test
    void statusIsPrintedAsText() {
        daemon.answer(
                "GET /v1/status",
                "{\"version\":\"1.0\",\"uptime-seconds\":90061,\"pid\":7,\"io\":\"io_uring\",\"io-why\":\"the kernel supports it\","
                        + "\"workers\":1,\"config\":\"/etc/t.yaml\",\"switches\":1,\"ports\":3,\"ports-up\":2,\"heap-bytes\":20000000}");
        assertEquals("""
                tapswitch 1.0, pid 7, up 1 d 1 h
                io        io_uring (the kernel supports it)
                workers   1
                config    /etc/t.yaml
                switches  1
                ports     2 up of 3
                heap      20.0 MB
                """, printed("status"));
    }

    @Test
    void jsonOptionPrintsTheResponse() {
        assertTrue(printed("switch list --json").contains("\"ageing-seconds\": 300"));
    }

    @Test
    void switchesAreListedInAlignedColumns() {
        assertEquals("""
                switch  arp     ageing  ports  up   macs  capacity  neighbours
                lan     direct   300 s      2   1  1,234    65,536           2
                """, printed("switch list"));
    }

    @Test
    void portListShowsWhyAPortIsDownAndADashForNoAddress() {
        daemon.answer("GET /v1/switches/lan/ports", PORTS);
        assertEquals("""
                no  port  state                  namespace  device   mtu  mac                addresses      macs
                 0  web0  up                     web        eth0    1500  02:00:00:00:00:01  198.18.0.1/24     1
                 1  db0   down (namespace gone)  db         eth0    9000  02:00:00:00:00:02  -                 0
                """, printed("port list"));
    }

    @Test
    void macListShowsKindAndAge() {
        daemon.answer("GET /v1/switches/lan/macs", MACS);
        assertEquals("""
                mac                vlan  port  kind            age
                02:00:00:00:00:01     -  web0  dynamic  1 min 15 s
                02:00:00:00:00:02    10  db0   static            -
                """, printed("mac list lan"));
    }

    @Test
    void showmacsHasTheFormatOfBrctl() {
        daemon.answer("GET /v1/switches/lan/macs", MACS).answer("GET /v1/switches/lan/ports", PORTS);
        assertEquals("""
                port no\tmac addr\t\tis local?\tageing timer
                  0\t02:00:00:00:00:01\tno\t\t  75.00
                  1\t02:00:00:00:00:02\tyes\t\t   0.00
                """, printed("showmacs"));
    }

    @Test
    void onlySettingsThatAreGivenAreSent() {
        daemon.answer("POST /v1/switches/lan/ports", "{\"state\":\"up\"}");
        assertEquals(
                "port web0 added to switch lan: up\n",
                printed("port add lan web0 --namespace web --device eth0 --address 198.18.0.1/24 --address fd00::1/64"
                        + " --mtu 9000 --no-offload --hairpin"));
        assertEquals(
                "POST /v1/switches/lan/ports {\"name\":\"web0\",\"namespace\":\"web\",\"device\":\"eth0\",\"mtu\":9000,"
                        + "\"addresses\":[\"198.18.0.1/24\",\"fd00::1/64\"],\"offload\":false,\"hairpin\":true}",
                daemon.asked().getLast());
    }

    @Test
    void portSetSendsAPatch() {
        daemon.answer("PATCH /v1/switches/lan/ports/web0", "{}");
        assertEquals("port web0 changed\n", printed("port set web0 --no-up --learning-limit 8 --beyond-limit drop"));
        assertEquals(
                "PATCH /v1/switches/lan/ports/web0 {\"up\":false,\"learning-limit\":8,\"beyond-limit\":\"drop\"}",
                daemon.asked().getLast());
    }

    @Test
    void theSwitchIsOptionalIfThereIsOnlyOne() {
        daemon.answer("DELETE /v1/switches/lan/macs?port=web0&vlan=10", "{\"flushed\":1}");
        assertEquals("1 entry deleted\n", printed("mac flush --port web0 --vlan 10"));
    }

    @Test
    void theSwitchIsRequiredIfThereAreTwo() {
        daemon.answer("GET /v1/switches", "[{\"name\":\"front\"},{\"name\":\"back\"}]");
        var ran = run("mac list");
        assertEquals(2, ran.exitCode());
        assertEquals(
                "tapswitch: the daemon has several switches: name one of front, back; see 'tapswitch mac list --help'\n",
                ran.err());
    }

    @Test
    void macAddSendsAStaticEntry() {
        daemon.answer("POST /v1/switches/lan/macs", "{}");
        printed("mac add 02:00:00:00:00:01 web0 --vlan 5");
        assertEquals(
                "POST /v1/switches/lan/macs {\"mac\":\"02:00:00:00:00:01\",\"port\":\"web0\",\"vlan\":5}",
                daemon.asked().getLast());
    }

    @Test
    void statsShowTheReasonOfDropsAndItsMeaning() {
        daemon.answer(
                "GET /v1/switches/lan/stats",
                "{\"switch\":\"lan\",\"ports\":[{\"name\":\"web0\",\"state\":\"up\",\"rx-frames\":1234567,\"rx-bytes\":1500000000,"
                        + "\"tx-frames\":0,\"tx-bytes\":0,\"flooded\":3,\"drops\":{\"too-big\":2}}],\"totals\":{}}");
        assertEquals("""
                port  state  rx frames       rx  tx frames   tx  flooded  drops
                web0  up     1,234,567  1.50 GB          0  0 B        3      2

                dropped at  reason   frames  meaning
                web0        too-big       2  larger than the egress port's MTU
                """, printed("stats"));
    }

    @Test
    void traceWithInShowsTheDecisionForAFrame() {
        daemon.answer(
                "POST /v1/switches/lan/trace",
                "{\"in\":\"web0\",\"decision\":\"drop\",\"out\":[],\"drop-reason\":\"same-port\",\"why\":\"the destination is on this port\"}");
        assertEquals("""
                decision  drop (same-port)
                out       -
                why       the destination is on this port
                """, printed("trace lan --in web0 --from 02:00:00:00:00:01 --arp-for 198.18.0.2"));
        assertEquals(
                "POST /v1/switches/lan/trace {\"in\":\"web0\",\"source\":\"02:00:00:00:00:01\","
                        + "\"destination\":\"ff:ff:ff:ff:ff:ff\",\"arp-target\":\"198.18.0.2\"}",
                daemon.asked().getLast());
    }

    @Test
    void traceShowsReceivedFrames() {
        var frame = "{\"time-ms\":1.5,\"in\":\"web0\",\"length\":42,\"summary\":\"ARP who-has 198.18.0.2\","
                + "\"decision\":\"flood\",\"out\":[\"db0\"]}\n";
        daemon.answerRaw(
                "GET /v1/switches/lan/trace?seconds=1&max=1000",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(frame.length()) + "\r\n"
                        + frame + "\r\n0\r\n\r\n");
        var out = printed("trace lan --seconds 1");
        assertTrue(out.contains("     1.500  web0 -> flood: db0           42 B  ARP who-has 198.18.0.2\n"), out);
    }

    @Test
    void traceShowsHowManyFramesAreMissing() {
        var gap = "{\"time-ms\":2.5,\"missed\":12}\n";
        daemon.answerRaw(
                "GET /v1/switches/lan/trace?seconds=1&max=1000",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(gap.length()) + "\r\n"
                        + gap + "\r\n0\r\n\r\n");
        var out = printed("trace lan --seconds 1");
        assertTrue(out.contains("     2.500  12 frames are missing here: more arrived than could be shown\n"), out);
    }

    @Test
    void aRefusedRequestPrintsOneLineAndExitsWith1() {
        daemon.refuse("POST /v1/switches", 409, "switch lan exists: choose another name");
        var ran = run("switch add lan");
        assertEquals(1, ran.exitCode());
        assertEquals("tapswitch: switch lan exists: choose another name\n", ran.err());
        assertEquals("", ran.out());
    }

    @Test
    void anErrorResponseWithoutAMessagePrintsOneLine() {
        var ran = run("reload");
        assertEquals(1, ran.exitCode());
        assertEquals("tapswitch: the daemon responded 404 to POST /v1/reload\n", ran.err());
    }

    @Test
    void anIncompleteResponseIsReported() {
        daemon.answerRaw("POST /v1/reload", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        var ran = run("reload");
        assertEquals(1, ran.exitCode());
        assertTrue(ran.err().startsWith("tapswitch: the response of the daemon at "), ran.err());
        assertEquals(1, ran.err().lines().count());
    }

    @Test
    void withoutADaemonACommandExitsWith3AndPrintsOneLine() {
        var ran = Ran.command("status", "--socket", "/nonexistent/tapswitch.sock");
        assertEquals(3, ran.exitCode());
        assertEquals(1, ran.err().lines().count());
        assertTrue(
                ran.err()
                        .startsWith(
                                "tapswitch: no daemon is listening on /nonexistent/tapswitch.sock (no such file): "),
                ran.err());
    }

    @Test
    void aSocketThatNobodyListensOnExitsWith3() throws IOException {
        daemon.close();
        assertTrue(Files.exists(daemon.socket));
        var ran = run("status");
        assertEquals(3, ran.exitCode());
        assertTrue(ran.err().contains("(connection refused)"), ran.err());
    }

    @Test
    void anInvalidCommandLinePrintsOneLineAndExitsWith2() {
        for (var wrong :
                List.of("port add", "mac", "stats --interval x", "trace --from 02:00:00:00:00:01", "completion fish"))
            usageErrorOf(wrong.split(" "));
    }

    /** The line that an invalid command line prints. */
    private static String usageErrorOf(String... arguments) {
        var ran = Ran.command(arguments);
        assertEquals(2, ran.exitCode(), ran.out());
        assertEquals("", ran.out());
        assertEquals(1, ran.err().lines().count(), ran.err());
        assertTrue(ran.err().startsWith("tapswitch: "), ran.err());
        return ran.err().strip();
    }

    @Test
    void aCommandLineWithoutACommandIsAUsageError() {
        assertEquals("tapswitch: no command is given; see 'tapswitch --help'", usageErrorOf());
        assertEquals("tapswitch: no command is given; see 'tapswitch --help'", usageErrorOf("--lab", "x"));
        assertEquals(
                "tapswitch: 'tapswitch neigh' needs a subcommand: list, flush; see 'tapswitch neigh --help'",
                usageErrorOf("neigh"));
    }

    @Test
    void anUnknownCommandOrOptionIsNamedWithTheNearestOne() {
        assertEquals("tapswitch: unknown command \"qqq\"; see 'tapswitch --help'", usageErrorOf("qqq"));
        assertEquals(
                "tapswitch: unknown command \"restrat\" (did you mean \"restart\"?); see 'tapswitch --help'",
                usageErrorOf("restrat"));
        assertEquals(
                "tapswitch: unknown command \"lst\" (did you mean \"list\"?); see 'tapswitch mac --help'",
                usageErrorOf("mac", "lst"));
        assertEquals(
                "tapswitch: unknown option \"--jsno\" (did you mean \"--json\"?); see 'tapswitch status --help'",
                usageErrorOf("status", "--jsno"));
        assertEquals(
                "tapswitch: unexpected argument \"b\"; see 'tapswitch mac list --help'",
                usageErrorOf("mac", "list", "a", "b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trace --seconds x | --seconds: \"x\" is not valid; expected a whole number of at most 9 digits | trace",
                "trace --seconds 9999999999 | --seconds: \"9999999999\" is not valid; expected a whole number of at most 9 digits | trace",
                "trace --seconds | --seconds has no value; expected --seconds N | trace",
                "trace --seconds 1 --seconds 2 | --seconds is given twice; expected it once | trace",
                "trace --json=5 | --json: \"5\" is not valid; expected true or false | trace",
                "stats --interval x | --interval: \"x\" is not valid; expected a number such as 1 or 0.5 | stats",
                "port add w --mtu x | --mtu: \"x\" is not a whole number; expected a whole number from 68 to 65521 | port add",
                "port add w --mtu 9 | --mtu: 9 is too small; expected a whole number from 68 to 65521 | port add",
                "port add w --beyond-limit x | --beyond-limit: \"x\" is not one of its values; expected drop or forward | port add",
                "port add w --address x | --address: address \"x\" has no prefix length; expected it as in 198.18.0.1/24 or fd00::1/64 | port add",
                "port add w --up=foo | --up: \"foo\" is not valid; expected true or false | port add",
                "port add | arguments are missing; expected [SWITCH] PORT | port add",
                "mac add a | arguments are missing; expected [SWITCH] MAC PORT | mac add",
                "lab exec | NODE is missing | lab exec",
                "lab up | FILE is missing | lab up",
                "daemon | --config FILE is missing | daemon",
            })
    void aWrongArgumentIsNamedWithWhatIsExpected(String arguments, String problem, String command) {
        assertEquals(
                "tapswitch: " + problem + "; see 'tapswitch " + command + " --help'",
                usageErrorOf(arguments.split(" ")));
    }

    @Test
    void theVersionIsAnOptionAndACommand() {
        var option = Ran.command("--version");
        assertEquals(0, option.exitCode());
        assertTrue(option.out().matches("tapswitch \\S+ \\(Java \\d+\\)\n"), option.out());
        assertEquals(option, Ran.command("-V"));
        assertEquals(option, Ran.command("version"));
    }

    @Test
    void namesArePercentEncodedInPaths() {
        daemon.answer("DELETE /v1/switches/a%2Fb", "{}");
        assertEquals("switch a/b deleted\n", printed("switch del a/b"));
    }
}
