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
 * Which process a {@code pid:N} stands for: the one that had the number when a port first asked for it, as long as a port does. Kept over a
 * restart, for the kernel gives the number of a process that has ended to another one, which must not get the first one's interface. Control thread only.
 */
public final class ProcessPins {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessPins.class);

    private final JsonStore store;
    /** By pid: when the process started, in clock ticks since the machine did. */
    private final Map<Long, Long> startTicks;

    private boolean isSaved = true;

    public ProcessPins(StateDirectory directory) {
        this.store = directory.store("processes.json");
        this.startTicks = store.load(ProcessPins::read, LinkedHashMap::new);
    }

    /** The namespace, with the process in place of its number; as it is where there has been no such process yet. */
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

    /** Forgets all processes but those whose namespaces ports of these switches are in, and saves what has changed. */
    void retain(Collection<RunningSwitch> switches) {
        Set<Long> pids = new HashSet<>();
        for (RunningSwitch one : switches) {
            for (RunningPort port : one.ports())
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
            LOG.debug("tried again later: {}", e.getMessage());
        }
    }

    private static Map<Long, Long> read(Json document) {
        Map<Long, Long> read = new LinkedHashMap<>();
        for (Map.Entry<String, Json> each : document.required("processes").properties())
            read.put(Long.parseLong(each.getKey()), each.getValue().asLong());
        return read;
    }
}
