package dev.tapswitch.daemon.nat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Docker, and ufw, have iptables' FORWARD drop what they don't know, and a drop there is one whatever our table says. So rules for each of our host
 * ports stand before that: in DOCKER-USER, which Docker offers for it, else in FORWARD itself, and there only while it drops. Our own table
 * then decides. Nothing of it is in a file.
 */
final class ForwardRules {
    /** The chains that matter here: who changes them may have taken ours out, or made them needed. */
    static final Set<String> CHAINS = Set.of("FORWARD", "DOCKER-USER");

    private static final Logger LOG = LoggerFactory.getLogger(ForwardRules.class);
    private static final List<String> COMMANDS = List.of("iptables", "ip6tables");

    private ForwardRules() {}

    /** Lets networks pass, where something would keep them from it. */
    static void open(Collection<NatNetwork> networks) {
        for (String command : COMMANDS) {
            String forward = list(command, "FORWARD");
            boolean isDockers = forward.contains("-j DOCKER-USER\n");
            boolean drops = forward.contains("-P FORWARD DROP\n") || forward.contains("-j ufw-");
            String docker = isDockers ? list(command, "DOCKER-USER") : "";
            for (NatNetwork network : networks) {
                for (List<String> rule : rules(network)) {
                    if (isDockers) put(command, "DOCKER-USER", rule, docker);
                    if (!isDockers && drops) put(command, "FORWARD", rule, forward);
                    else remove(command, "FORWARD", rule, forward);
                }
            }
        }
    }

    /** Takes a network's rules out. */
    static void close(NatNetwork network) {
        for (String command : COMMANDS) {
            for (String chain : CHAINS) {
                String there = list(command, chain);
                for (List<String> rule : rules(network)) remove(command, chain, rule, there);
            }
        }
    }

    /** As iptables -S writes them. Into an open network others let pass what they want: the answers here, and what they have translated. */
    private static List<List<String>> rules(NatNetwork network) {
        List<String> in = List.of("-i", network.device(), "-j", "ACCEPT");
        if (!network.open()) return List.of(in, List.of("-o", network.device(), "-j", "ACCEPT"));
        String states = "RELATED,ESTABLISHED,DNAT";
        return List.of(in, List.of("-o", network.device(), "-m", "conntrack", "--ctstate", states, "-j", "ACCEPT"));
    }

    private static void put(String command, String chain, List<String> rule, String there) {
        if (isIn(there, chain, rule)) return;
        HostCommand added = change(command, "-I", chain, rule);
        if (added.exit() != 0) LOG.warn("{}: {}", command, added.complaint());
    }

    private static void remove(String command, String chain, List<String> rule, String there) {
        if (isIn(there, chain, rule)) change(command, "-D", chain, rule);
    }

    private static boolean isIn(String there, String chain, List<String> rule) {
        return there.lines().anyMatch(("-A " + chain + " " + String.join(" ", rule))::equals);
    }

    /** A chain's rules, a line each; empty where there is no such chain, or no iptables. */
    private static String list(String command, String chain) {
        HostCommand listed = HostCommand.run(command, "-w", "2", "-S", chain);
        return listed.exit() == 0 ? listed.output() : "";
    }

    private static HostCommand change(String command, String action, String chain, List<String> rule) {
        List<String> words = new ArrayList<>(List.of(command, "-w", "2", action, chain));
        words.addAll(rule);
        return HostCommand.run("", words);
    }
}
