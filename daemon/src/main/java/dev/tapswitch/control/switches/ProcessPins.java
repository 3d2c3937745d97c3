package dev.tapswitch.control.switches;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.state.JsonStore;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes to which namespaces of the form {@code pid:N} refer. When a port first uses a pid, the process that then has it is pinned, for as long as any port
 * uses that pid: the kernel reuses the pids of ended processes, and a new process must not get the interface of an old one. The pins are saved, because this also
 * applies after a restart. Must be called on the control thread.
 */
public final class ProcessPins {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessPins.class);

    private final JsonStore store;
    /** By pid: the start time of the process, in clock ticks since boot. */
    private final Map<Long, Long> startTicks;

    private boolean isSaved = true;

    public ProcessPins(StateDirectory directory) {
        this.store = directory.store("processes.json");
        this.startTicks = store.load(ProcessPins::read, LinkedHashMap::new);
    }

    /** Replaces a pid by its pinned process; if there is none, pins the process that has the pid now. Returns any other namespace, and a pid that no process has, unchanged. */
    Namespace pin(Namespace namespace) {
        if (!(namespace instanceof Namespace.OfPid(var pid))) return namespace;
        Long ticks = startTicks.get(pid);
        if (ticks != null) return new Namespace.OfProcess(pid, ticks);
        Optional<Namespace.OfProcess> running = Namespace.OfProcess.running(pid);
        if (running.isEmpty()) return namespace;
        startTicks.put(pid, running.get().startTicks());
        isSaved = false;
        return running.get();
    }

    /** Removes the pins that no port of these switches uses, and saves the others if they have changed. If that fails, the next call tries again. */
    void retain(Collection<RunningSwitch> switches) {
        Set<Long> pids = new HashSet<>();
        for (RunningSwitch sw : switches) {
            for (RunningPort port : sw.ports())
                if (port.config().namespace() instanceof Namespace.OfPid(var pid)) pids.add(pid);
        }
        if (startTicks.keySet().retainAll(pids)) isSaved = false;
        if (isSaved) return;
        Json document = Json.object().put("version", 1);
        Json processes = document.putObject("processes");
        startTicks.forEach((pid, ticks) -> processes.put(Long.toString(pid), ticks));
        try {
            store.save(document);
            isSaved = true;
        } catch (IOException e) {
            LOG.debug("the process pins could not be saved, the next tick retries: {}", e.getMessage());
        }
    }

    private static Map<Long, Long> read(Json document) {
        Map<Long, Long> read = new LinkedHashMap<>();
        for (Map.Entry<String, Json> each : document.required("processes").properties())
            read.put(Long.parseLong(each.getKey()), each.getValue().asLong());
        return read;
    }
}
