package dev.tapswitch.containers.firewall;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of iptables that accept packets of our networks. With Docker or ufw, the policy of the chain FORWARD drops packets that no rule accepts, and
 * such a drop is final even if our own table accepts the packet. So each host port has rules at the end of FORWARD, but only while the chain drops. The
 * rules of the administrator, Docker, ufw and others come first, and what they drop stays dropped. Our own table decides on the rest. The rules are not
 * saved in a file.
 */
final class ForwardRules {
    /** The chain. A change of it may remove our rules, make them necessary, or add others after them. */
    static final String CHAIN = "FORWARD";

    private static final Logger LOG = LoggerFactory.getLogger(ForwardRules.class);
    private static final List<String> COMMANDS = List.of("iptables", "ip6tables");
    /** The chain that earlier versions used, in which their rules came before those of the administrator. */
    private static final String FORMER_CHAIN = "DOCKER-USER";

    private ForwardRules() {}

    /** Adds the rules of all networks if the chain drops, and removes them if it does not. */
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
            // iptables -D deletes the first copy of a rule. An old copy before the new position is deleted after the
            // new one is added, so that no packet is dropped in between.
            boolean isTooLate = chain.isTooLate(rule);
            if (isTooLate) delete(command, rule, copies);
            String position = Integer.toString(chain.end() + 1);
            HostCommand added = run(command, "-I", CHAIN, position, rule);
            if (added.exit() != 0) LOG.warn("{} refused a rule: {}", command, added.error());
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

    /** Removes the rules of earlier versions of this program. */
    static void removeFormer(Collection<NatNetwork> networks) {
        for (String command : COMMANDS) {
            List<String> listed = list(command, FORMER_CHAIN);
            for (NatNetwork network : networks)
                allRules(network).forEach(rule -> delete(command, FORMER_CHAIN, rule, listed));
        }
    }

    /** The rules that a network needs: none if it is internal. A network that is not routed receives replies and translated packets only. */
    private static List<String> rules(String command, NatNetwork network) {
        if (network.has(Option.INTERNAL)) return List.of();
        boolean isRouted = network.has(command.equals("ip6tables") ? Option.ROUTED_IPV6 : Option.ROUTED_IPV4);
        return List.of(out(network), isRouted ? in(network) : replies(network));
    }

    private static List<String> allRules(NatNetwork network) {
        return List.of(out(network), in(network), replies(network));
    }

    // In the format of iptables -S.

    private static String out(NatNetwork network) {
        return "-i " + network.device() + " -j ACCEPT";
    }

    private static String in(NatNetwork network) {
        return "-o " + network.device() + " -j ACCEPT";
    }

    private static String replies(NatNetwork network) {
        return "-o " + network.device() + " -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT";
    }

    private static void delete(String command, String chain, String rule, List<String> listed) {
        String line = "-A " + chain + " " + rule;
        listed.stream().filter(line::equals).forEach(copy -> run(command, "-D", chain, "", rule));
    }

    private static void delete(String command, String rule, int copies) {
        for (int i = 0; i < copies; i++) run(command, "-D", CHAIN, "", rule);
    }

    /** The policy and the rules of a chain, one line each; empty if there is no such chain or no iptables. */
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
