package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.List;

/** Whether Docker wants the containers of a bridge to be kept from each other. Its rule for that does not see what passes a switch. */
public final class DockerIsolation {
    /** Where Docker has put the rule, up to version 27 and since 28. */
    private static final List<String> CHAINS = List.of("FORWARD", "DOCKER-FORWARD");

    /** iptables(8): RESOURCE_PROBLEM. */
    private static final int LOCKED = 4;

    private DockerIsolation() {}

    /** dockerd's {@code --icc=false}. Some milliseconds. Refused when iptables can't tell now, as others are changing its rules. */
    public static boolean isOn(String bridge) throws RequestException {
        boolean isOn = false;
        for (String chain : CHAINS) {
            HostCommand rule =
                    HostCommand.run("iptables", "-w", "2", "-C", chain, "-i", bridge, "-o", bridge, "-j", "DROP");
            if (rule.exit() == HostCommand.TIMED_OUT)
                throw new RequestException(
                        Reason.FAILED, "iptables can't tell whether containers are isolated: " + rule.complaint());
            if (rule.exit() == LOCKED)
                throw new RequestException(
                        Reason.FAILED, "iptables can't tell whether containers are isolated: its lock is held");
            isOn |= rule.exit() == 0;
        }
        return isOn;
    }
}
