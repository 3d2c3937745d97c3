package dev.tapswitch.containers.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleTextTest {
    private static final String INJECTED =
            "10.77.0.0/24 accept; } chain mine { type filter hook input priority 0; accept";

    private static NatNetwork network(String device, String ipv4, String ipv6) {
        return Ports.network(device, List.of(ipv4), List.of(ipv6), Set.of(NatNetwork.Option.MASQUERADE));
    }

    private static PublishedPort port(String hostAddress, String ipv4, int hostPort) {
        return Ports.of("tap0", "tcp", hostAddress, hostPort, ipv4, "", 80);
    }

    @Test
    void networksAndPortsOfDockerAreValid() {
        assertEquals(Optional.empty(), RuleText.problemOf(network("ts-0123456789ab", "10.77.0.0/24", "fd77::/64")));
        assertEquals(Optional.empty(), RuleText.problemOf(port("", "10.77.0.2", 9001)));
        assertEquals(Optional.empty(), RuleText.problemOf(port("127.0.0.1", "10.77.0.2", 0)));
        assertEquals(Optional.empty(), RuleText.problemOf(port("fd00::1", "10.77.0.2", 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"t*", "x+", "lo*", "+", "a b", "a\"b", "", "-i", "a;b", "a}b", "\u0001", "0123456789abcdef"})
    void aNameThatIsUnsafeInARuleIsRefused(String name) {
        assertTrue(
                RuleText.problemOf(network(name, "10.77.0.0/24", "fd77::/64")).isPresent());
        assertTrue(RuleText.problemOf(Ports.of(name, "tcp", "", 1, "10.77.0.2", "", 80))
                .isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"br0", "br+", "+", "br;x", "br{", "br}", "a$b", "#x", "@x", "-x", "a'b"})
    void aQuotedNameIsLiteral(String name) {
        assertEquals("\"" + name + "\"", RuleText.quoted(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "br*", "*", "a*b", "a\"b", "\"", "br\\*", "a b", "a\nb", "br\u00e9", "0123456789abcdef"})
    void aNameThatNftWouldNotReadLiterallyIsNotQuoted(String name) {
        assertFalse(RuleText.isQuotable(name));
        assertThrows(IllegalArgumentException.class, () -> RuleText.quoted(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {INJECTED, "", "10.77.0.0", "10.77.0.0/33", "10.77/16", "fe80::1%eth0/64", "{ 10.0.0.0/8 }"})
    void textThatIsNotASubnetIsRejected(String text) {
        assertThrows(IllegalArgumentException.class, () -> network("tap0", text, "fd77::/64"));
    }

    @Test
    void aSubnetOfTheOtherIpVersionIsRefused() {
        assertTrue(RuleText.problemOf(network("tap0", "fd77::/64", "fd77::/64")).isPresent());
        assertTrue(RuleText.problemOf(network("tap0", "10.77.0.0/24", "10.78.0.0/24"))
                .isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {INJECTED, "10.77.0.2/24", "fe80::1%eth0", "localhost", "10.77", " "})
    void textThatIsNotAnAddressIsRejected(String text) {
        assertThrows(IllegalArgumentException.class, () -> port(text, "10.77.0.2", 9001));
        assertThrows(IllegalArgumentException.class, () -> port("", text, 9001));
    }

    @Test
    void anAddressOfTheOtherIpVersionIsRefused() {
        assertTrue(RuleText.problemOf(port("", "fd77::2", 9001)).isPresent());
        assertTrue(RuleText.problemOf(Ports.of("tap0", "tcp", "", 1, "10.77.0.2", "10.77.0.3", 80))
                .isPresent());
    }

    @Test
    void anInvalidPortOrProtocolIsRefused() {
        assertTrue(RuleText.problemOf(port("", "10.77.0.2", 65_536)).isPresent());
        assertTrue(RuleText.problemOf(port("", "10.77.0.2", -1)).isPresent());
        assertTrue(RuleText.problemOf(Ports.of("tap0", "tcp; accept", "", 1, "10.77.0.2", "", 80))
                .isPresent());
        assertTrue(RuleText.problemOf(Ports.of("tap0", "tcp", "", 1, "10.77.0.2", "", 0))
                .isPresent());
    }
}
