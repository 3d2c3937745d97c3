package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Change;
import dev.tapswitch.control.config.ConfigDiff;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.bridge.AddressClaim;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.dataplane.WorkerSettings;
import dev.tapswitch.dataplane.Workers;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DescriptorReserve;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.veth.VethPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The running switches, their ports, and the workers that serve them. A new configuration is applied in steps, either all of them or none. Switches and ports that
 * no step changes are not interrupted. Must be called on the control thread.
 */
public final class SwitchRuntime implements AutoCloseable {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(SwitchRuntime.class));

    private final Workers workers;
    private final KernelFastPath fastPath;
    private final PortLifecycle lifecycle;
    private final PortRecovery recovery;
    private final ProcessPins pins;
    private final NamespaceWatch namespaces = new NamespaceWatch();
    private final Map<String, RunningSwitch> switches = new LinkedHashMap<>();
    private boolean keepsVethPairs;
    /** Whether another process has taken over the devices. */
    private boolean isAbandoned;

    /**
     * Starts the workers. Their notifications of link changes are handled on {@code control}.
     *
     * @throws IllegalStateException if the workers cannot run; the message says why
     */
    public SwitchRuntime(
            WorkerSettings settings,
            ControlThread control,
            Supervisor supervisor,
            ProcessPins pins,
            KernelFastPath fastPath) {
        this(settings, control, supervisor, pins, new KernelDevices(supervisor, pins, fastPath), fastPath);
    }

    SwitchRuntime(
            WorkerSettings settings,
            ControlThread control,
            Supervisor supervisor,
            ProcessPins pins,
            DeviceOpener devices,
            KernelFastPath fastPath) {
        this.fastPath = fastPath;
        this.workers = Workers.start(settings, new WorkerNotifications(control, this::linkChanged));
        this.lifecycle = new PortLifecycle(workers, supervisor, pins, devices, fastPath);
        this.recovery = new PortRecovery(switches, lifecycle, control);
        this.pins = pins;
    }

    public Workers workers() {
        return workers;
    }

    public KernelFastPath fastPath() {
        return fastPath;
    }

    public Collection<RunningSwitch> switches() {
        return switches.values();
    }

    /** The switch of that name, or null. */
    public RunningSwitch find(String name) {
        return switches.get(name);
    }

    /** The configuration of all running switches, by name. */
    public Map<String, SwitchConfig> config() {
        Map<String, SwitchConfig> configs = new LinkedHashMap<>();
        switches.forEach((name, sw) -> configs.put(name, sw.config()));
        return configs;
    }

    /**
     * Changes the running switches to {@code target} and returns the steps. If a step fails, the steps before it are undone.
     *
     * @param mayWait whether a port whose device cannot be opened waits for it, as at the start, instead of failing the change
     */
    public List<Change> apply(Map<String, SwitchConfig> target, boolean mayWait) throws RequestException {
        if (isAbandoned)
            throw new RequestException(Reason.BUSY, "a new daemon process has taken over; repeat the command");
        List<Change> changes = ConfigDiff.between(config(), target);
        try (Undo undo = new Undo()) {
            removePorts(changes, undo);
            takeOthers(changes, mayWait, undo);
            undo.commit();
            return changes;
        } finally {
            switches.values().forEach(SuperFrameRule::apply);
            pins.retain(switches.values());
            fastPath.sync();
        }
    }

    /** Records that a port's device has been moved to this namespace, where it has this name. */
    void moved(RunningSwitch sw, RunningPort port, Namespace namespace, String device) {
        port.config(port.config().at(namespace, device));
        KernelDevices.moved(port.device(), namespace, device);
        SuperFrameRule.apply(sw);
    }

    /** Ages the tables, detects namespaces that are gone, and retries ports without a device. Must be called every second. */
    public void tick(long nowMs) {
        if (isAbandoned) return;
        namespaces.resync();
        for (RunningSwitch sw : switches.values()) {
            sw.age(nowMs);
            sw.learning().takeClaims().forEach(claim -> log(sw, claim));
            for (RunningPort port : sw.ports()) {
                MacBinding.refresh(sw, port);
                if (port.device() != null
                        && namespaces.mayHaveChanged(port.config().namespace()))
                    linkChanged(sw.learning(), port.index());
            }
        }
        pins.retain(switches.values());
        recovery.run();
    }

    /** Removes veth pairs that an earlier process left and no port needs. Must be called after the configuration has been applied. */
    public void removeLeftovers() {
        fastPath.started(switches.values().stream()
                .flatMap(sw -> sw.ports().stream())
                .filter(port -> port.config().get(PortSchema.KIND) != PortKind.TAP)
                .map(port -> KernelDevices.key(port.config()))
                .toList());
    }

    /** The queues of all open TAPs, slow paths included. The descriptors still belong to the TAPs. */
    public Map<PortConfig, int[]> queues() {
        Map<PortConfig, int[]> queues = new LinkedHashMap<>();
        for (RunningSwitch sw : switches.values()) {
            for (RunningPort port : sw.ports())
                if (KernelDevices.isOwn(port.device()))
                    queues.put(port.config(), port.device().queueFds());
        }
        return queues;
    }

    /** Writes a file, with the reserve of file descriptors if there are no others left. */
    void withDescriptors(DescriptorReserve.FileWriter writer) throws IOException {
        lifecycle.reserve().write(writer);
    }

    /**
     * Closes the queues of all TAPs and leaves the devices to the process that has duplicates of them. Must be called after the workers are closed.
     * Afterwards the runtime changes nothing: {@link #apply} is refused, and {@link #close} does not close the queues again.
     */
    public void abandonQueues() {
        for (int[] fds : queues().values()) for (int fd : fds) Libc.close(fd);
        fastPath.abandon();
        switches.clear();
        isAbandoned = true;
    }

    /** Sets whether {@link #close} leaves veth pairs to another process: to the next one when the service restarts, or to the predecessor if this process cannot take over. */
    public void keepVethPairs(boolean keeps) {
        keepsVethPairs = keeps;
    }

    /** Stops the workers, then closes all devices in parallel. The supervisor keeps the queues that it holds. */
    @Override
    public void close() {
        workers.close();
        if (!keepsVethPairs) fastPath.deleteDevices();
        List<Runnable> closings = new ArrayList<>();
        for (RunningSwitch sw : switches.values()) {
            for (RunningPort port : sw.ports()) {
                PortDevice device = port.device();
                if (device instanceof VethPort veth && keepsVethPairs) closings.add(veth::release);
                else if (device != null) closings.add(device::close);
            }
        }
        lifecycle.closeAll(closings);
        if (keepsVethPairs) fastPath.abandon();
        else fastPath.close();
        switches.clear();
    }

    /** Removes ports in parallel, for speed, and before all other steps, so that the names of their devices are free. */
    private void removePorts(List<Change> changes, Undo undo) {
        List<Runnable> closings = new ArrayList<>();
        for (Change change : changes) {
            if (!(change instanceof Change.PortRemoved(var name, var port))) continue;
            RunningSwitch sw = switches.get(name);
            List<StaticMac> macs = StaticEntries.of(sw, port.name());
            PortDevice device = removePort(sw, port);
            if (device != null) closings.add(lifecycle.closing(port, device));
            undo.add(quoted(change), () -> {
                addPort(switches.get(name), port, true);
                for (StaticMac mac : macs) StaticEntries.add(switches.get(name), mac);
            });
        }
        lifecycle.closeAll(closings);
    }

    private void takeOthers(List<Change> changes, boolean mayWait, Undo undo) throws RequestException {
        workers.pauseReads();
        try {
            for (Change change : changes) {
                if (change instanceof Change.PortRemoved || !take(change, mayWait)) continue;
                undo.add(quoted(change), () -> take(change.inverse(), true));
            }
        } finally {
            workers.resumeReads();
        }
    }

    private static String quoted(Change change) {
        return "\"" + change + "\"";
    }

    /** Makes a change. Returns false if there was nothing to change, so that there is nothing to undo. */
    private boolean take(Change change, boolean mayWait) throws RequestException {
        RunningSwitch sw = switches.get(change.switchName());
        switch (change) {
            case Change.SwitchAdded(var name, var values) -> {
                TableMemory.require(name, SwitchSchema.settings(values));
                switches.put(name, new RunningSwitch(name, values, workers.count()));
            }
            case Change.SwitchRemoved removed ->
                forget(switches.remove(removed.switchName()).learning());
            case Change.SettingsChanged settings -> changeSettings(sw, settings);
            case Change.PortAdded added -> addPort(sw, added.port(), mayWait);
            case Change.PortRemoved removed -> {
                PortDevice device = removePort(sw, removed.port());
                if (device != null) lifecycle.closing(removed.port(), device).run();
            }
            case Change.PortChanged changed ->
                changePort(sw, sw.port(changed.after().name()), changed.after());
            case Change.MacAdded added -> StaticEntries.add(sw, added.mac());
            case Change.MacRemoved removed -> {
                return StaticEntries.remove(sw, removed.mac());
            }
            case Change.NeighbourAdded added -> StaticEntries.add(sw, added.neighbour());
            case Change.NeighbourRemoved removed -> StaticEntries.remove(sw, removed.neighbour());
        }
        return true;
    }

    private void forget(LearningSwitch owner) {
        workers.forget(owner);
        fastPath.forget(owner);
    }

    private void addPort(RunningSwitch sw, PortConfig config, boolean mayWait) throws RequestException {
        int index;
        try {
            index = sw.learning().addPort(config.settings(), false);
        } catch (IllegalArgumentException e) {
            throw new RequestException(Reason.CONFLICT, e.getMessage(), e);
        }
        RunningPort port = new RunningPort(sw.learning(), index, config, LOG.ofOne());
        sw.learning().macTable().setShare(index, config.get(PortSchema.MAC_SHARE));
        sw.ports.put(config.name(), port);
        try {
            recovery.open(sw, port);
        } catch (DeviceException e) {
            if (!mayWait && lifecycle.whyNoNamespace(config).isEmpty()) {
                sw.ports.remove(config.name());
                sw.learning().removePort(index);
                throw new RequestException(Reason.FAILED, PortRecovery.where(sw, config) + ": " + e.getMessage(), e);
            }
            recovery.firstFailed(sw, port, e);
        }
    }

    /** Returns the device, which the caller closes; null if there was none. */
    private PortDevice removePort(RunningSwitch sw, PortConfig config) {
        RunningPort port = sw.ports.remove(config.name());
        AddressBinding.release(sw, port);
        PortDevice device = lifecycle.release(sw, port, "removed");
        sw.learning().removePort(port.index());
        fastPath.forgetPort(sw.learning(), port.index());
        sw.staticMacs.removeIf(mac -> mac.port().equals(config.name()));
        KernelDevices.removeOnClose(device, port.config());
        return device;
    }

    private void changePort(RunningSwitch sw, RunningPort port, PortConfig after) throws RequestException {
        if (port.device() != null) {
            try {
                KernelDevices.update(port.device(), after);
            } catch (DeviceException e) {
                // Part of the change may have been made, so the device is recreated from the old configuration.
                recovery.reopen(sw, port);
                throw new RequestException(
                        Reason.FAILED, PortRecovery.where(sw, port.config()) + ": " + e.getMessage(), e);
            }
            lifecycle.setUp(sw, port, port.device().state() == LinkState.UP);
        }
        port.config(after);
        sw.learning().updatePort(port.index(), after.settings());
        fastPath.update(sw.learning(), port.index());
        sw.learning().macTable().setShare(port.index(), after.get(PortSchema.MAC_SHARE));
        MacBinding.refresh(sw, port);
    }

    private void changeSettings(RunningSwitch sw, Change.SettingsChanged change) throws RequestException {
        boolean fits = SwitchSchema.ALL.stream()
                .filter(setting -> !setting.isOn(Surface.SET_COMMAND))
                .allMatch(setting ->
                        change.before().get(setting).equals(change.after().get(setting)));
        if (fits) {
            sw.change(change.after());
            return;
        }
        TableMemory.require(sw.name(), SwitchSchema.settings(change.after()));
        SwitchConfig before = sw.config();
        try (Undo undo = new Undo()) {
            undo.add(quoted(change), () -> recreate(before));
            recreate(before.with(change.after()));
            undo.commit();
        }
    }

    /** Replaces a switch by a new one and moves its ports there, because the capacities of tables cannot change. */
    private void recreate(SwitchConfig config) throws RequestException {
        RunningSwitch before = switches.get(config.name());
        List<Runnable> closings = new ArrayList<>();
        for (RunningPort port : before.ports()) {
            PortDevice device = lifecycle.release(before, port, "moving");
            if (device != null) closings.add(lifecycle.closing(port.config(), device));
        }
        lifecycle.closeAll(closings);
        forget(before.learning());
        RunningSwitch sw = new RunningSwitch(config.name(), config.values(), workers.count());
        switches.replace(config.name(), sw);
        for (PortConfig port : config.ports().values()) addPort(sw, port, true);
        for (StaticMac mac : config.staticMacs()) StaticEntries.add(sw, mac);
        for (StaticNeighbour neighbour : config.neighbours()) StaticEntries.add(sw, neighbour);
    }

    private void linkChanged(LearningSwitch owner, int index) {
        recovery.linkChanged(owner, index);
    }

    private static void log(RunningSwitch sw, AddressClaim claim) {
        String line = "switch " + sw.name() + ": " + AddressClaims.describe(sw, claim);
        if (claim.outcome() == AddressClaim.Outcome.MOVED) LOG.info(line);
        else LOG.warn(line);
    }
}
