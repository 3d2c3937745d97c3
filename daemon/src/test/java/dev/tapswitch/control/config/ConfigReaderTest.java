package dev.tapswitch.control.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.bridge.ArpMode;
import dev.tapswitch.dataplane.IoMode;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tc.RateLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    private static final String WHOLE = """
            socket: /tmp/x.sock
            state: /tmp/x
            io: epoll
            workers: 3
            busy-poll: 50us
            log-level: warn
            switches:
              lan:
                ageing: 5m
                arp: reply
                mac-capacity: 1000
                neighbour-capacity: 500
                unknown-arp-rate: 0
                static-macs: [{mac: "02:00:00:00:00:01", port: web0, vlan: 7}]
                neighbours: [{address: 198.18.0.1, mac: "02:00:00:00:00:01"}, {address: "fd00::1", mac: "02:00:00:00:00:02"}]
                ports:
                  web0:
                    namespace: web
                    device: eth0
                    mtu: 9000
                    mac: "02:00:00:00:00:03"
                    addresses: [198.18.0.1/24, "fd00::1/64"]
                    routes: default via 198.18.0.254
                    offload: false
                    hairpin: true
                    up: false
                    persistent: true
                    learning-limit: 4
                    beyond-limit: drop
                    send-limit: 20M burst 1M
                    receive-limit: 1G
                    accept-ra: true
                  docker: {namespace: /run/docker/netns/default}
                  one: {namespace: "pid:1"}
              other:
            """;

    private static Config read(String text) throws ConfigException {
        return ConfigReader.parse("t.yaml", text);
    }

    private static String errorOf(String text) {
        return assertThrows(ConfigException.class, () -> read(text)).getMessage();
    }

    @Test
    void everySettingIsRead() throws ConfigException {
        var config = read(WHOLE);
        assertEquals(IoMode.EPOLL, config.get(DaemonSchema.IO));
        assertEquals(3, config.get(DaemonSchema.WORKERS));
        assertEquals(50_000, config.get(DaemonSchema.BUSY_POLL_NANOS));
        assertEquals("WARN", config.get(DaemonSchema.LOG_LEVEL));
        var lan = config.switches().get("lan");
        assertEquals(300_000, lan.settings().ageingMs());
        assertEquals(ArpMode.REPLY, lan.settings().arpMode());
        assertEquals(0, lan.settings().unknownArpPerSecond());
        assertEquals(7, lan.staticMacs().getFirst().vlan());
        assertEquals("fd00::1", lan.neighbours().get(1).address().toString());
        var web = lan.ports().get("web0");
        assertEquals(new Namespace.Named("web"), web.namespace());
        assertEquals(9000, web.get(PortSchema.MTU));
        assertEquals(List.of("default via 198.18.0.254"), web.get(PortSchema.ROUTES));
        assertEquals(new RateLimit(20_000_000, 1_000_000), web.get(PortSchema.SEND_LIMIT));
        assertEquals(RateLimit.of(1_000_000_000), web.get(PortSchema.RECEIVE_LIMIT));
        assertTrue(web.get(PortSchema.ACCEPT_RA));
        assertTrue(web.get(PortSchema.HAIRPIN)
                && web.get(PortSchema.PERSISTENT)
                && web.get(PortSchema.DROP_BEYOND_LIMIT)
                && !web.get(PortSchema.OFFLOAD)
                && !web.get(PortSchema.UP));
        assertEquals(
                new Namespace.AtPath("/run/docker/netns/default"),
                lan.ports().get("docker").namespace());
        assertEquals(new Namespace.OfPid(1), lan.ports().get("one").namespace());
        assertEquals(SwitchConfig.of("other"), config.switches().get("other"));
    }

    @Test
    void aTimeMayBeInAnyUnit() throws ConfigException {
        for (String day : List.of("86400000ms", "86400", "86400s", "1440m", "24h", "1d")) {
            var lan = read("switches: {lan: {ageing: " + day + "}}").switches().get("lan");
            assertEquals(86_400_000, lan.settings().ageingMs(), day);
        }
        assertTrue(errorOf("switches: {lan: {ageing: 999999999d}}").contains("is out of range; expected 1s to"));
    }

    /** The API and the state file use this format. */
    @Test
    void aWrittenSwitchIsReadAsTheSameSwitch() throws ConfigException {
        var lan = read(WHOLE).switches().get("lan");
        String json =
                Json.of(Map.of("switches", Map.of("lan", ConfigWriter.of(lan)))).toString();
        assertEquals(lan, read(json).switches().get("lan"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            docker: {default-bridge: docker0}                       | 1: docker.default-bridge: is set, and enabled is not
            docker: {enabled: true, default-bridge-address: "::1/64"} | 1: docker.default-bridge-address: is set without default-bridge
            docker: {enabled: true, default-bridge: not/one}        | 1: docker.default-bridge: "not/one" can't name a device
            docker: {enabled: true, default-bridge: a, default-bridge-address: 1.2.3} | 1: docker.default-bridge-address: address "1.2.3" has no prefix length
            {switches: {a: }, docker: {enabled: true, default-bridge: a}} | 1: switches.a: is docker's default-bridge too
            io: fast                                                | 1: io: "fast" is not one of its values; expected auto or epoll or io_uring
            workers: many                                           | 1: workers: "many" is not a whole number; expected a whole number from 1 to 64
            busy-poll: 1s                                           | 1: busy-poll: "1s" is too long; expected 0 to 10ms, such as 50us
            workers: 0                                              | 1: workers: 0 is too small; expected a whole number from 1 to 64
            socket: x.sock                                          | 1: socket: "x.sock" is not an absolute path; expected one that begins with /
            switch: {}                                              | 1: switch: unknown setting; did you mean "switches"?
            switches: [lan]                                         | 1: switches: is a list; expected
            switches: {lan: {ageing: soon}}                         | 1: switches.lan.ageing: "soon" is not a time; expected e.g. 300s
            switches: {lan: {ageing: 10ms}}                         | 1: switches.lan.ageing: "10ms" is out of range; expected 1s to
            switches: {"a b": {}}                                   | can't be a name; expected 1 to 64 letters
            switches: {lan: {ports: {p: {mtu: 10}}}}                | 1: switches.lan.ports.p.mtu: 10 is too small; expected
            switches: {lan: {ports: {p: {mac: "01:00:00:00:00:01"}}}} | not the address of a station; expected
            switches: {lan: {ports: {p: {addresses: [1.2.3]}}}}     | 1: switches.lan.ports.p.addresses: address "1.2.3" has no prefix length; expected
            switches: {lan: {ports: {p: {routes: [nowhere]}}}}      | 1: switches.lan.ports.p.routes: "nowhere"
            switches: {lan: {ports: {a-name-that-is-too-long: {}}}} | device: is not set, and the port's name can't be its default
            switches: {lan: {ports: {p: {up: maybe}}}}              | up: "maybe" is not one of its values; expected false or true
            switches: {lan: {ports: {p: {mtu: 1000, addresses: ["fd00::1/64"]}}}} | too small for the port's IPv6 address; expected 1280 or more
            switches: {lan: {ports: {a: {device: x}, b: {device: x}}}} | device x in namespace host already belongs to port lan.a
            switches: {lan: {static-macs: [{mac: "02:00:00:00:00:01", port: web}], ports: {web0: {}}}} | there is no port web; did you mean "web0"?
            switches: {lan: {neighbours: [{address: 1.2.3.4}]}}     | mac: is not set; expected the neighbour's MAC address
            switches: {lan: {}, lan: {}}                            | switches.lan: is given twice (first in line 1); expected it once
            switches: {lan: {                                       | is not YAML:
            """)
    void aProblemIsReportedWithItsLineAndWhatWasExpected(String text, String message) {
        String error = errorOf(text);
        assertTrue(error.startsWith("t.yaml:") && error.contains(message), () -> error);
        assertTrue(error.lines().count() == 1, () -> error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"name": "p", "mtu": "1500"}   | ports.p.mtu: is a string; expected a whole number from 68 to 65521
            {"name": "p", "mtu": 1500.5}   | ports.p.mtu: "1500.5" is not a whole number; expected a whole number from 68
            {"name": "p", "mtu": 15e2}     | ports.p.mtu: "15e2" is not a whole number; expected a whole number from 68
            {"name": "p", "mtu": [1500]}   | ports.p.mtu: is a list; expected one value
            {"name": "p", "up": "true"}    | ports.p.up: is a string; expected true or false
            {"name": "p", "up": 1}         | ports.p.up: "1" is not one of its values; expected false or true
            """)
    void numbersAndBooleansOfRequestsAreReadStrictly(String body, String message) {
        String error = assertThrows(ConfigException.class, () -> ConfigReader.portOf(body))
                .getMessage();
        assertTrue(error.startsWith(message), error);
    }

    @Test
    void numbersOfTheStateFileAreReadStrictly() {
        String error = assertThrows(
                        ConfigException.class,
                        () -> ConfigReader.parseUserChanges(
                                "state.json", "{\"version\": 1, \"switches\": {\"lan\": {\"mac-capacity\": \"64\"}}}"))
                .getMessage();
        assertTrue(error.contains("switches.lan.mac-capacity: is a string; expected a whole number"), error);
    }

    @Test
    void inTheConfigFileANumberMayBeQuoted() throws ConfigException {
        var lan = read("switches: {lan: {ports: {p: {mtu: '9000', up: 'false'}}}}")
                .switches()
                .get("lan");
        assertEquals(9_000, lan.ports().get("p").get(PortSchema.MTU));
    }

    @Test
    void allProblemsAreReportedAtOnceByLine() {
        String error = errorOf("""
                io: slow
                switches:
                  lan:
                    arp: shout
                    ports:
                      p: {mtu: 1}
                """);
        assertEquals(
                List.of("t.yaml:1", "t.yaml:4", "t.yaml:6"),
                error.lines().map(line -> line.substring(0, 8)).toList());
    }

    @Test
    void anEmptyFileConfiguresNoSwitches() throws ConfigException {
        assertEquals(Map.of(), read("").switches());
    }

    @Test
    void aMissingFileIsReported(@TempDir Path directory) {
        var missing = directory.resolve("missing.yaml");
        String error = assertThrows(ConfigException.class, () -> ConfigReader.read(missing))
                .getMessage();
        assertTrue(error.startsWith(missing + ": there is no such file; expected"), () -> error);
    }

    @Test
    void theDefaultConfigurationIsValid() throws Exception {
        var config = ConfigReader.parse("tapswitch.yaml", Files.readString(Path.of("../config/tapswitch.yaml")));
        assertEquals(Map.of("lan", SwitchConfig.of("lan")), config.switches());
    }
}
