package dev.tapswitch.control.api;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.fastpath.KernelUse;
import dev.tapswitch.control.fastpath.PortShare;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortCounter;
import java.util.Optional;

/** The kernel fast path as JSON. Control thread only. */
final class FastPathView {
    private FastPathView() {}

    /** For the status: whether it works, and why not. */
    static Json summary(ControlService control) {
        Json node = Json.object();
        Optional<String> obstacle = control.runtime().fastPath().whyNot();
        node.put("works", obstacle.isEmpty());
        obstacle.ifPresent(why -> node.put("why-not", why));
        node.put(
                "ports",
                control.runtime().fastPath().use().map(KernelUse::ports).orElse(0));
        return node;
    }

    /** Everything: fill of the maps, ports, programs. */
    static Json of(ControlService control) {
        KernelFastPath fastPath = control.runtime().fastPath();
        Json node = summary(control);
        fastPath.use().ifPresent(use -> {
            node.put("attachment", use.attachment());
            node.put("max-ports", use.maxPorts());
            node.put("stations", use.stations());
            node.put("max-stations", use.maxStations());
        });
        Json ports = node.putArray("port-list");
        for (RunningSwitch sw : control.runtime().switches()) {
            for (RunningPort port : sw.ports()) {
                fastPath.share(sw.learning(), port.index()).ifPresent(share -> ports.add(port(sw, port, share)));
            }
        }
        Json programs = node.putObject("programs");
        fastPath.use().ifPresent(use -> use.listings().forEach(programs::put));
        return node;
    }

    private static Json port(RunningSwitch sw, RunningPort port, PortShare share) {
        LearningSwitch learning = sw.learning();
        Json node = Json.object();
        node.put("switch", sw.name());
        node.put("port", port.config().name());
        node.put("stations", share.stations());
        FastCounters.of(share.counters()).forEach(node::put);
        node.put("slow-rx-frames", learning.count(port.index(), PortCounter.RX_FRAMES));
        node.put("slow-tx-frames", learning.count(port.index(), PortCounter.TX_FRAMES));
        if (!share.whySlow().isEmpty()) node.put("why-slow", share.whySlow());
        return node;
    }
}
