package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.List;

/** Finds out whether Docker isolates the containers of a bridge from each other. Docker's own rule for this does not see frames that a switch forwards. */
public final class DockerIsolation {
    /** The chains with Docker's rule: up to version 27, and since version 28. */
    private static final List<String> CHAINS = List.of("FORWARD", "DOCKER-FORWARD");

    /** iptables(8): RESOURCE_PROBLEM. */
    private static final int LOCKED = 4;

    private DockerIsolation() {}

    /**
     * Whether dockerd runs with {@code --icc=false}. Runs iptables, which takes some milliseconds. RequestException if iptables does not respond or
     * another process holds its lock.
     */
    public static boolean isOn(String bridge) throws RequestException {
        boolean isOn = false;
        for (String chain : CHAINS) {
            HostCommand rule =
                    HostCommand.run("iptables", "-w", "2", "-C", chain, "-i", bridge, "-o", bridge, "-j", "DROP");
            if (rule.exit() == HostCommand.TIMED_OUT)
                throw new RequestException(
                        Reason.FAILED, "cannot find out whether Docker isolates containers: " + rule.error());
            if (rule.exit() == LOCKED)
                throw new RequestException(
                        Reason.FAILED,
                        "cannot find out whether Docker isolates containers: another process holds the lock of iptables");
            isOn |= rule.exit() == 0;
        }
        return isOn;
    }
}
