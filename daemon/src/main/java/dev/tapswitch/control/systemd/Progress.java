package dev.tapswitch.control.systemd;

import dev.tapswitch.control.log.Plural;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.linux.netns.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of all ports, for systemd and {@code systemctl status}.
 *
 * @param isSettled whether every port forwards, except those that are set down and those whose namespaces do not exist
 * @param text one line
 */
record Progress(boolean isSettled, String text) {
    private static final int MAX_NAMED = 3;

    /** The present state. Must be called on the control thread. */
    static Progress of(SwitchRuntime runtime) {
        int ports = 0;
        int up = 0;
        boolean settled = true;
        List<String> waiting = new ArrayList<>();
        for (RunningSwitch sw : runtime.switches()) {
            for (RunningPort port : sw.ports()) {
                ports++;
                PortState state = port.state();
                if (state == PortState.UP) up++;
                else if (port.config().get(PortSchema.UP))
                    waiting.add(sw.name() + "." + port.config().name() + ": " + port.why());
                settled &= state != PortState.GONE || !exists(port.config().namespace());
            }
        }
        return new Progress(settled, text(runtime.switches().size(), ports, up, waiting));
    }

    private static String text(int switches, int ports, int up, List<String> waiting) {
        StringBuilder text = new StringBuilder();
        text.append(up).append(" of ").append(Plural.of(ports, "port", "ports")).append(" forwarding, ");
        text.append(Plural.of(switches, "switch", "switches"));
        if (waiting.isEmpty()) return text.toString();
        text.append("; waiting: ");
        text.append(String.join(", ", waiting.subList(0, Math.min(MAX_NAMED, waiting.size()))));
        if (waiting.size() > MAX_NAMED)
            text.append(", ").append(waiting.size() - MAX_NAMED).append(" more");
        return text.toString().replace('\n', ' ');
    }

    private static boolean exists(Namespace namespace) {
        return Files.exists(Path.of(namespace.file()));
    }
}
