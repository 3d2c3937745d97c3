package dev.tapswitch.containers.firewall;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The chain FORWARD of iptables as {@code iptables -S} lists it, and the position of our rules in it: after all other rules that decide. Runs no commands. */
final class ForwardChain {
    private static final String APPEND = "-A FORWARD ";
    /** Rules that act like the policy of the chain when they are at its end: they decide on packets on which no other rule has decided. */
    private static final Set<String> DEFAULTS =
            Set.of("-j RETURN", "-j ufw-after-logging-forward", "-j ufw-reject-forward", "-j ufw-track-forward");

    private final List<String> rules;
    private final boolean drops;
    private final Collection<String> ours;

    /**
     * @param listed the output of {@code iptables -S}
     * @param ours our rules, in the format of {@code iptables -S} without the chain
     */
    ForwardChain(List<String> listed, Collection<String> ours) {
        this.rules = listed.stream()
                .filter(line -> line.startsWith(APPEND))
                .map(line -> line.substring(APPEND.length()))
                .toList();
        this.drops = listed.contains("-P FORWARD DROP") || rules.stream().anyMatch(rule -> rule.startsWith("-j ufw-"));
        this.ours = ours;
    }

    /** Whether the chain drops packets that no rule accepts. */
    boolean drops() {
        return drops;
    }

    /** The number of copies of a rule. */
    int count(String rule) {
        return (int) rules.stream().filter(rule::equals).count();
    }

    /** Whether the chain has the rule exactly once and at its position. */
    boolean isInPlace(String rule) {
        int index = rules.indexOf(rule);
        return count(rule) == 1 && index > lastOther() && index < end();
    }

    /** Whether a copy of the rule is after its position. */
    boolean isTooLate(String rule) {
        return rules.lastIndexOf(rule) >= end();
    }

    /** The index after our rules, counted from 0. */
    int end() {
        int end = rules.size();
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (ours.contains(rules.get(i))) continue;
            if (!DEFAULTS.contains(rules.get(i))) break;
            end = i;
        }
        return end;
    }

    private int lastOther() {
        return IntStream.range(0, end())
                .filter(i -> !ours.contains(rules.get(i)))
                .max()
                .orElse(-1);
    }
}
