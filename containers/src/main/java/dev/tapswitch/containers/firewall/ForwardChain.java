package dev.tapswitch.containers.firewall;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** iptables' chain FORWARD as {@code iptables -S} lists it, and where rules of ours belong in it: behind whatever else decides. Pure. */
final class ForwardChain {
    private static final String APPEND = "-A FORWARD ";
    /** What stands at the end and decides on what nobody has decided on, as a policy does. */
    private static final Set<String> DEFAULTS =
            Set.of("-j RETURN", "-j ufw-after-logging-forward", "-j ufw-reject-forward", "-j ufw-track-forward");

    private final List<String> rules;
    private final boolean drops;
    private final Collection<String> ours;

    /** {@code ours}: rules in the form of {@code iptables -S}, without the chain. */
    ForwardChain(List<String> listed, Collection<String> ours) {
        this.rules = listed.stream()
                .filter(line -> line.startsWith(APPEND))
                .map(line -> line.substring(APPEND.length()))
                .toList();
        this.drops = listed.contains("-P FORWARD DROP") || rules.stream().anyMatch(rule -> rule.startsWith("-j ufw-"));
        this.ours = ours;
    }

    /** Whether it drops what no rule accepts. */
    boolean drops() {
        return drops;
    }

    int count(String rule) {
        return (int) rules.stream().filter(rule::equals).count();
    }

    /** Whether the rule is there once, and where it belongs. */
    boolean isInPlace(String rule) {
        int index = rules.indexOf(rule);
        return count(rule) == 1 && index > lastOther() && index < end();
    }

    /** Whether a copy of the rule stands behind its place. */
    boolean isTooLate(String rule) {
        return rules.lastIndexOf(rule) >= end();
    }

    /** Where our rules end, from 0. */
    int end() {
        int other = rules.size();
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (ours.contains(rules.get(i))) continue;
            if (!DEFAULTS.contains(rules.get(i))) break;
            other = i;
        }
        return other;
    }

    private int lastOther() {
        return IntStream.range(0, end())
                .filter(i -> !ours.contains(rules.get(i)))
                .max()
                .orElse(-1);
    }
}
