package dev.tapswitch.containers.firewall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Docker, and ufw, have iptables' FORWARD drop by its policy whatever no rule accepts, and a drop there is final whatever our table says. So
 * rules for each of our host ports stand at the end of FORWARD, and only while it drops: all that the administrator, Docker, ufw and others
 * have there decides first, and what they drop stays dropped. Our own table then decides on the rest. Nothing of it is in a file.
 */
final class ForwardRules {
    /** The chain that matters here: who changes it may have removed our rules, made them necessary, or put others behind them. */
    static final String CHAIN = "FORWARD";

    private static final Logger LOG = LoggerFactory.getLogger(ForwardRules.class);
    private static final List<String> COMMANDS = List.of("iptables", "ip6tables");
    /** Where earlier versions had their rules, before the administrator's. */
    private static final String FORMER_CHAIN = "DOCKER-USER";

    private ForwardRules() {}

    /** Accepts what passes networks, all that there are, where the policy would drop it. */
    static void open(Collection<NatNetwork> networks) {
        for (String command : COMMANDS) {
            List<String> listed = list(command, CHAIN);
            List<String> wanted = new ForwardChain(listed, List.of()).drops()
                    ? networks.stream()
                            .flatMap(network -> rules(command, network).stream())
                            .toList()
                    : List.of();
            for (NatNetwork network : networks)
                allRules(network).stream()
                        .filter(rule -> !wanted.contains(rule))
                        .forEach(rule -> delete(command, CHAIN, rule, listed));
            place(command, wanted);
        }
    }

    private static void place(String command, List<String> wanted) {
        if (wanted.isEmpty()) return;
        ForwardChain chain = new ForwardChain(list(command, CHAIN), wanted);
        for (String rule : wanted) {
            if (chain.isInPlace(rule)) continue;
            int copies = chain.count(rule);
            // The first copy is deleted: where that is the old one it goes last, so that no packet is dropped
            // meanwhile.
            boolean isTooLate = chain.isTooLate(rule);
            if (isTooLate) delete(command, rule, copies);
            String position = Integer.toString(chain.end() + 1);
            HostCommand added = run(command, "-I", CHAIN, position, rule);
            if (added.exit() != 0) LOG.warn("{}: {}", command, added.complaint());
            else if (!isTooLate) delete(command, rule, copies);
            chain = new ForwardChain(list(command, CHAIN), wanted);
        }
    }

    /** Removes the rules of networks. */
    static void close(Collection<NatNetwork> networks) {
        for (String command : COMMANDS) {
            List<String> listed = list(command, CHAIN);
            for (NatNetwork network : networks) allRules(network).forEach(rule -> delete(command, CHAIN, rule, listed));
        }
    }

    /** Removes what an earlier version of this program has left. */
    static void removeFormer(Collection<NatNetwork> networks) {
        for (String command : COMMANDS) {
            List<String> listed = list(command, FORMER_CHAIN);
            for (NatNetwork network : networks)
                allRules(network).forEach(rule -> delete(command, FORMER_CHAIN, rule, listed));
        }
    }

    /** What a network needs. Into one that is not routed come answers, and what is translated to it; nothing passes an internal one. */
    private static List<String> rules(String command, NatNetwork network) {
        if (network.internal()) return List.of();
        boolean isRouted = command.equals("ip6tables") ? network.routedIpv6() : network.routedIpv4();
        return List.of(out(network), isRouted ? in(network) : answers(network));
    }

    private static List<String> allRules(NatNetwork network) {
        return List.of(out(network), in(network), answers(network));
    }

    // As iptables -S writes them.

    private static String out(NatNetwork network) {
        return "-i " + network.device() + " -j ACCEPT";
    }

    private static String in(NatNetwork network) {
        return "-o " + network.device() + " -j ACCEPT";
    }

    private static String answers(NatNetwork network) {
        return "-o " + network.device() + " -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT";
    }

    private static void delete(String command, String chain, String rule, List<String> listed) {
        String line = "-A " + chain + " " + rule;
        listed.stream().filter(line::equals).forEach(copy -> run(command, "-D", chain, "", rule));
    }

    private static void delete(String command, String rule, int copies) {
        for (int i = 0; i < copies; i++) run(command, "-D", CHAIN, "", rule);
    }

    /** A chain's policy and rules, a line each; empty where there is no such chain, or no iptables. */
    private static List<String> list(String command, String chain) {
        HostCommand listed = HostCommand.run(command, "-w", "2", "-S", chain);
        return listed.exit() == 0 ? listed.output().lines().toList() : List.of();
    }

    private static HostCommand run(String command, String action, String chain, String position, String rule) {
        List<String> words = new ArrayList<>(List.of(command, "-w", "2", action, chain));
        if (!position.isEmpty()) words.add(position);
        words.addAll(Arrays.asList(rule.split(" ", -1)));
        return HostCommand.run("", words);
    }
}
