package dev.tapswitch.daemon.nat;

import java.util.List;

/** Whether Docker wants the containers of a bridge to be kept from each other. Its rule for that does not see what passes a switch. */
public final class DockerIsolation {
    /** Where Docker has put the rule, up to version 27 and since 28. */
    private static final List<String> CHAINS = List.of("FORWARD", "DOCKER-FORWARD");

    private DockerIsolation() {}

    /** dockerd's {@code --icc=false}. Some milliseconds. */
    public static boolean isOn(String bridge) {
        return CHAINS.stream()
                .anyMatch(chain ->
                        HostCommand.run("iptables", "-w", "2", "-C", chain, "-i", bridge, "-o", bridge, "-j", "DROP")
                                        .exit()
                                == 0);
    }
}
