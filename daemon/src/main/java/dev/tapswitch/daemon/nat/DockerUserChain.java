package dev.tapswitch.daemon.nat;

import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Docker sets the policy of iptables' FORWARD to DROP, and offers the chain DOCKER-USER for what should pass nevertheless: two rules for each of our
 * host ports stand there, where there is such a chain. Our own table then decides.
 */
final class DockerUserChain {
    private static final Logger LOG = LoggerFactory.getLogger(DockerUserChain.class);
    private static final String CHAIN = "DOCKER-USER";

    private DockerUserChain() {}

    /** Lets all networks pass. */
    static void open(Collection<NatNetwork> networks) {
        for (String command : List.of("iptables", "ip6tables")) {
            if (!isThere(command)) continue;
            for (NatNetwork network : networks) {
                for (String direction : List.of("-i", "-o")) {
                    if (rule(command, "-C", direction, network.device()).exit() == 0) continue;
                    HostCommand added = rule(command, "-I", direction, network.device());
                    if (added.exit() != 0) LOG.warn("{}: {}", command, added.complaint());
                }
            }
        }
    }

    /** Takes a network's rules out. */
    static void close(NatNetwork network) {
        for (String command : List.of("iptables", "ip6tables")) {
            if (!isThere(command)) continue;
            for (String direction : List.of("-i", "-o")) {
                var _ = rule(command, "-D", direction, network.device());
            }
        }
    }

    private static boolean isThere(String command) {
        return HostCommand.run(command, "-w", "2", "-n", "-L", CHAIN).exit() == 0;
    }

    private static HostCommand rule(String command, String action, String direction, String device) {
        return HostCommand.run(command, "-w", "2", action, CHAIN, direction, device, "-j", "ACCEPT");
    }
}
