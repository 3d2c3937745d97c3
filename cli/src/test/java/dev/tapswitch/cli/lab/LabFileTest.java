package dev.tapswitch.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabFileTest {
    @TempDir
    private Path directory;

    private Lab lab(String text) throws IOException {
        return LabFile.read(Files.writeString(directory.resolve("small.yaml"), text));
    }

    private String errorOf(String text) {
        var message = assertThrows(LabException.class, () -> lab(text)).getMessage();
        return message.substring(message.indexOf("small.yaml"));
    }

    @Test
    void aNodeHasOneOrMoreAttachments() throws IOException {
        var lab = lab("""
                switches: {front: {}, back: {arp: reply}}
                nodes:
                  a: {switch: front, addresses: [198.18.0.1/24]}
                  r:
                    - {switch: front}
                    - {switch: back, mac: "02:00:00:00:00:01"}
                    - {switch: back, port: spare}
                  idle:
                  given:
                    namespace: elsewhere
                    attachments: [{switch: back}]
                """);
        assertEquals("small", lab.name());
        assertEquals("small-a", lab.nodes().get(0).namespace());
        var router = lab.nodes().get(1).attachments();
        assertEquals("eth1", router.get(1).device());
        assertEquals("r", router.get(1).port());
        assertEquals("spare", router.get(2).port());
        assertTrue(lab.nodes().get(2).attachments().isEmpty());
        assertEquals("elsewhere", lab.nodes().get(3).namespace());
        assertTrue(lab.nodes().get(3).namespaceGiven());
        assertFalse(lab.usesIpv6());
    }

    @Test
    void theSwitchIsOptionalIfThereIsOnlyOne() throws IOException {
        var lab = lab("{name: x, switches: {lan: }, nodes: {a: {addresses: [\"fd00::1/64\"]}}}");
        assertEquals("lan", lab.nodes().getFirst().attachments().getFirst().switchName());
        assertTrue(lab.usesIpv6());
    }

    @Test
    void errorsHaveFileAndLine() {
        assertEquals("small.yaml:3: unknown switch \"wan\"; expected one of lan", errorOf("""
                switches: {lan: {}}
                nodes:
                  a: {switch: wan}
                """));
        assertTrue(errorOf("switches: {lan: {}}\nnodes:\n  a: {adresses: []}\n")
                .startsWith("small.yaml:3: unknown key \"adresses\" in an attachment"));
        assertTrue(errorOf("name: [\n").startsWith("small.yaml:2: not valid YAML: "));
        assertTrue(errorOf("\"\\u").startsWith("small.yaml:1: not valid YAML: "));
        assertTrue(errorOf("! x").startsWith("small.yaml:1: "));
        assertTrue(errorOf("").startsWith("small.yaml:1: the file is empty"));
        assertTrue(errorOf("name: a b\nswitches: {lan: {}}\nnodes: {}\n")
                .startsWith("small.yaml:1: invalid name \"a b\"; expected "));
        assertTrue(errorOf("switches: {lan: {}, wan: {}}\nnodes:\n  a: {device: eth0}\n")
                .startsWith("small.yaml:3: \"switch\" is missing"));
        assertTrue(errorOf("switches: {lan: {}}\nnodes: {}\nnode: 1\n")
                .startsWith("small.yaml:3: unknown key \"node\" in a lab"));
        assertTrue(errorOf("switches: {lan: {}}\n").startsWith("small.yaml:1: \"nodes\" is missing"));
    }

    @Test
    void aMissingFileIsReported() {
        var e = assertThrows(LabException.class, () -> LabFile.read(directory.resolve("none.yaml")));
        assertTrue(e.getMessage().endsWith("none.yaml: no such file"), e.getMessage());
    }

    @Test
    void theDaemonsConfigurationKeepsSettingsAndTheirLines() throws IOException {
        var lab = lab("""
                workers: 1
                switches:
                  lan:
                    ageing: 60s
                    ports: {host0: {addresses: [198.18.0.254/24]}}
                nodes:
                  a:
                    switch: lan
                    addresses: [198.18.0.1/24]
                    routes: ["default via 198.18.0.254"]
                    up: true
                """);
        var config = new DaemonConfig(lab, LabHome.of("small"));
        var lines = config.text().lines().toList();
        assertEquals("""
                workers: 1
                switches:
                  lan:
                    ageing: 60s
                    ports:
                      host0:
                        addresses:
                          - 198.18.0.254/24
                      a:
                        namespace: small-a
                        device: eth0
                        kind: auto
                        addresses:
                          - 198.18.0.1/24
                        routes:
                          - "default via 198.18.0.254"
                        up: true
                """, String.join("\n", lines.subList(3, lines.size())) + "\n");
        assertEquals(4, config.origin(lines.indexOf("    ageing: 60s") + 1));
        assertEquals(9, config.origin(lines.indexOf("          - 198.18.0.1/24") + 1));
    }

    @Test
    void errorsOfTheDaemonsReaderHaveTheLineOfTheLabFile() throws IOException {
        var lab = lab("""
                switches:
                  lan:
                    arp: sometimes
                nodes:
                  a: {switch: lan}
                  b: {switch: lan, mtu: 7}
                """);
        var config = new DaemonConfig(lab, LabHome.of("small"));
        var message = assertThrows(LabException.class, () -> ConfigCheck.check(config, lab.file()))
                .getMessage();
        assertTrue(message.contains("small.yaml:3: switches.lan.arp: "), message);
        assertTrue(message.contains("small.yaml:6: switches.lan.ports.b.mtu: "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void theExampleLabsAreValid() throws IOException {
        var examples = Path.of("..", "config", "labs");
        try (var files = Files.list(examples)) {
            for (var file : files.toList()) {
                var lab = LabFile.read(file);
                assertEquals(file.getFileName().toString(), lab.name() + ".yaml");
                ConfigCheck.check(new DaemonConfig(lab, LabHome.of(lab.name())), file);
            }
        }
    }
}
