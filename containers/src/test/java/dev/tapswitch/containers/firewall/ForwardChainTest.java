package dev.tapswitch.containers.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ForwardChainTest {
    private static final String OUT = "-i tap0 -j ACCEPT";
    private static final String IN = "-o tap0 -j ACCEPT";
    private static final String DENY = "-s 10.0.0.1 -j DROP";

    /** A chain with the policy DROP. */
    private static ForwardChain chain(String... rules) {
        List<String> listed = Stream.concat(
                        Stream.of("-P FORWARD DROP"), Arrays.stream(rules).map(rule -> "-A FORWARD " + rule))
                .toList();
        return new ForwardChain(listed, List.of(OUT, IN));
    }

    @Test
    void ourRulesComeAfterAllOthersThatDecide() {
        assertEquals(0, chain().end());
        assertEquals(2, chain("-j DOCKER-USER", DENY).end());
        assertTrue(chain(DENY, OUT, IN).isInPlace(OUT));
        assertFalse(chain(OUT, DENY, IN).isInPlace(OUT));
        assertTrue(chain(OUT, DENY, IN).isInPlace(IN));
        assertFalse(chain(DENY, OUT, OUT).isInPlace(OUT));
    }

    @Test
    void ourRulesComeBeforeRulesThatActLikeAPolicy() {
        String[] ufw = {
            "-j ufw-before-forward", "-j ufw-after-forward", "-j ufw-after-logging-forward", "-j ufw-reject-forward"
        };
        assertEquals(2, chain(ufw).end());
        ForwardChain enabledLater = chain(OUT, ufw[0], ufw[1], ufw[2], ufw[3], IN);
        assertFalse(enabledLater.isInPlace(OUT));
        assertFalse(enabledLater.isTooLate(OUT));
        assertTrue(enabledLater.isTooLate(IN));
        assertEquals(3, enabledLater.end());
        // A rule of the administrator after them decides too.
        assertEquals(5, chain(ufw[0], ufw[1], ufw[2], ufw[3], DENY).end());
        assertEquals(1, chain(DENY, "-j RETURN").end());
    }

    @Test
    void aChainDropsByItsPolicyOrByUfw() {
        assertTrue(chain().drops());
        assertFalse(new ForwardChain(List.of("-P FORWARD ACCEPT", "-A FORWARD -j DOCKER-USER"), List.of()).drops());
        assertTrue(
                new ForwardChain(List.of("-P FORWARD ACCEPT", "-A FORWARD -j ufw-before-forward"), List.of()).drops());
        assertFalse(new ForwardChain(List.of(), List.of()).drops());
    }
}
