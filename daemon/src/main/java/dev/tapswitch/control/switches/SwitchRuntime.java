package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Change;
import dev.tapswitch.control.config.ConfigDiff;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.bridge.AddressClaim;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.dataplane.worker.WorkerSettings;
import dev.tapswitch.dataplane.worker.Workers;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DescriptorReserve;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tap.TapDevice;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The switches that run, their ports, and the workers that serve them. Takes steps from one configuration to another, all or none; what
 * a step does not name is not touched. Control thread only.
 */
public final class SwitchRuntime implements AutoCloseable {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(SwitchRuntime.class));

    private final Workers workers;
    private final PortLifecycle opening;
    private final NameRetry nameRetry;
    private final PortRetries retries;
    private final ProcessPins pins;
    private final NamespaceWatch namespaces = new NamespaceWatch();
    private final Map<String, RunningSwitch> switches = new LinkedHashMap<>();

    /** Starts the workers, whose news of links come back on {@code control}; IllegalStateException says why they can't run. */
    public SwitchRuntime(WorkerSettings settings, ControlThread control, Supervisor supervisor, ProcessPins pins) {
        this.workers = Workers.start(settings, new WorkerNews(control, this::linkChanged));
        this.opening = new PortLifecycle(workers, supervisor, pins);
        this.nameRetry = new NameRetry(control, this::retryTakenNames);
        this.retries = new PortRetries(control, switches.values(), this::retry);
        this.pins = pins;
    }

    public Workers workers() {
        return workers;
    }

    public Collection<RunningSwitch> switches() {
        return switches.values();
    }

    /** The switch of that name, or null. */
    public RunningSwitch find(String name) {
        return switches.get(name);
    }

    /** What runs, as a configuration. */
    public Map<String, SwitchConfig> config() {
        Map<String, SwitchConfig> configs = new LinkedHashMap<>();
        switches.forEach((name, one) -> configs.put(name, one.config()));
        return configs;
    }

    /**
     * Goes from what runs to {@code target}; returns the steps it took. Where one fails, those before it are taken back. With {@code patient}, at the start, a
     * port whose device can't be created is tried again later instead of failing all.
     */
    public List<Change> apply(Map<String, SwitchConfig> target, boolean patient) throws RequestException {
        List<Change> changes = ConfigDiff.between(config(), target);
        Deque<Change> done = new ArrayDeque<>();
        try {
            removePorts(changes, done);
            takeOthers(changes, patient, done);
            return changes;
        } catch (RequestException e) {
            for (Change change : done) takeBack(change);
            throw e;
        } finally {
            pins.retain(switches.values());
        }
    }

    /** Tells a port where its device has been moved to, and what it is called there. */
    void moved(RunningPort port, Namespace namespace, String device) {
        port.config(port.config().at(namespace, device));
        if (port.device() instanceof TapDevice tap) tap.movedTo(namespace, device);
    }

    /** Forgets what is too old, notices namespaces that went, and tries ports that are gone again. To be called every second. */
    public void tick(long nowMs) {
        namespaces.look();
        for (RunningSwitch one : switches.values()) {
            one.age(nowMs);
            one.learning().takeClaims().forEach(claim -> log(one, claim));
            for (RunningPort port : one.ports()) {
                MacBinding.refresh(one, port);
                if (port.device() != null
                        && namespaces.mayHaveChanged(port.config().namespace()))
                    linkChanged(one.learning(), port.index());
            }
        }
        pins.retain(switches.values());
        retries.run();
    }

    /** The queues of all TAPs that are there; they stay theirs. */
    public Map<PortConfig, int[]> queues() {
        Map<PortConfig, int[]> queues = new LinkedHashMap<>();
        for (RunningSwitch one : switches.values()) {
            for (RunningPort port : one.ports())
                if (port.device() instanceof TapDevice tap) queues.put(port.config(), tap.queueFds());
        }
        return queues;
    }

    /** Writes a file, with the reserve of file descriptors where there are no others left. */
    void withDescriptors(DescriptorReserve.FileWriter writer) throws IOException {
        opening.reserve().write(writer);
    }

    /**
     * Closes the queues of all TAPs and leaves the devices to the process that has duplicates: a device that it removes is gone at once. To be
     * called when the workers are closed; only {@link #close} may be called after, and then closes none of them again.
     */
    public void abandonQueues() {
        for (int[] fds : queues().values()) for (int fd : fds) Libc.close(fd);
        switches.clear();
    }

    /** Stops the workers, then lets go of all devices at once; what the supervisor holds of them it keeps. */
    @Override
    public void close() {
        workers.close();
        List<Runnable> closings = new ArrayList<>();
        for (RunningSwitch one : switches.values()) {
            for (RunningPort port : one.ports()) if (port.device() != null) closings.add(port.device()::close);
        }
        opening.closeAll(closings);
        switches.clear();
    }

    /** Ports go together, for the sake of speed, and before all else, so that their devices' names are free. */
    private void removePorts(List<Change> changes, Deque<Change> done) {
        List<Runnable> closings = new ArrayList<>();
        for (Change change : changes) {
            if (!(change instanceof Change.PortRemoved removed)) continue;
            PortDevice device = removePort(switches.get(removed.switchName()), removed.port());
            if (device != null) closings.add(opening.closing(removed.port(), device));
            done.push(change);
        }
        opening.closeAll(closings);
    }

    private void takeOthers(List<Change> changes, boolean patient, Deque<Change> done) throws RequestException {
        workers.hold();
        try {
            for (Change change : changes) {
                if (change instanceof Change.PortRemoved) continue;
                take(change, patient);
                done.push(change);
            }
        } finally {
            workers.release();
        }
    }

    private void take(Change change, boolean patient) throws RequestException {
        RunningSwitch one = switches.get(change.switchName());
        switch (change) {
            case Change.SwitchAdded(var name, var values) -> {
                TableMemory.require(name, SwitchSchema.settings(values));
                switches.put(name, new RunningSwitch(name, values, workers.count()));
            }
            case Change.SwitchRemoved(var name, var settings) ->
                workers.forget(switches.remove(name).learning());
            case Change.SettingsChanged settings -> changeSettings(one, settings);
            case Change.PortAdded(var name, var port) -> addPort(one, port, patient);
            case Change.PortRemoved(var name, var port) -> {
                PortDevice device = removePort(one, port);
                if (device != null) opening.closing(port, device).run();
            }
            case Change.PortChanged(var name, var before, var after) -> changePort(one, one.port(after.name()), after);
            case Change.MacAdded(var name, var mac) -> addMac(one, mac);
            case Change.MacRemoved(var name, var mac) -> {
                if (one.staticMacs.remove(mac)) one.learning().macTable().remove(mac.mac(), mac.vlan());
            }
            case Change.NeighbourAdded(var name, var neighbour) -> addNeighbour(one, neighbour);
            case Change.NeighbourRemoved(var name, var neighbour) -> {
                one.neighbours.remove(neighbour);
                one.learning()
                        .neighbourTable()
                        .remove(neighbour.address().hi(), neighbour.address().lo(), 0);
            }
        }
    }

    private void takeBack(Change change) {
        try {
            take(change.inverse(), true);
        } catch (RequestException e) {
            LOG.warn("could not take back \"" + change + "\": " + e.getMessage());
        }
    }

    private void addPort(RunningSwitch one, PortConfig config, boolean patient) throws RequestException {
        int index;
        try {
            index = one.learning().addPort(config.settings(), false);
        } catch (IllegalArgumentException e) {
            throw new RequestException(Reason.CONFLICT, e.getMessage(), e);
        }
        RunningPort port = new RunningPort(one.learning(), index, config, LOG.ofOne());
        one.learning().macTable().setShare(index, config.get(PortSchema.MAC_SHARE));
        one.ports.put(config.name(), port);
        try {
            open(one, port);
        } catch (DeviceException e) {
            if (!patient && opening.whyNoNamespace(config).isEmpty()) {
                one.ports.remove(config.name());
                one.learning().removePort(index);
                throw new RequestException(Reason.FAILED, where(one, config) + ": " + e.getMessage(), e);
            }
            failed(port, e, Clock.nowMs());
            port.log().warn(where(one, config) + " waits: " + port.whyGone());
        }
    }

    /** The device, now the caller's to close; null where there was none. */
    private PortDevice removePort(RunningSwitch one, PortConfig config) {
        RunningPort port = one.ports.remove(config.name());
        AddressBinding.release(one, port);
        PortDevice device = opening.release(one, port, "removed");
        one.learning().removePort(port.index());
        one.staticMacs.removeIf(mac -> mac.port().equals(config.name()));
        PortLifecycle.forgetDevice(device, port.config());
        return device;
    }

    private void changePort(RunningSwitch one, RunningPort port, PortConfig after) throws RequestException {
        PortConfig before = port.config();
        if (port.device() instanceof TapDevice tap) {
            try {
                tap.update(PortLifecycle.changed(tap, after));
            } catch (DeviceException e) {
                reopen(one, port);
                throw new RequestException(Reason.FAILED, where(one, before) + ": " + e.getMessage(), e);
            }
            one.learning().setPortUp(port.index(), tap.state() == LinkState.UP);
        }
        port.config(after);
        one.learning().updatePort(port.index(), after.settings());
        one.learning().macTable().setShare(port.index(), after.get(PortSchema.MAC_SHARE));
        MacBinding.refresh(one, port);
    }

    /** A device that took a part of a change only is made anew, as it was before. */
    private void reopen(RunningSwitch one, RunningPort port) {
        opening.close(one, port, "made anew");
        retry(one, port, Clock.nowMs());
    }

    /** Capacities are for a switch's life: where they change, its ports move to a new one. */
    private void changeSettings(RunningSwitch one, Change.SettingsChanged change) throws RequestException {
        boolean fits = SwitchSchema.ALL.stream()
                .filter(setting -> !setting.isOn(Surface.SET_COMMAND))
                .allMatch(setting ->
                        change.before().get(setting).equals(change.after().get(setting)));
        if (fits) {
            one.change(change.after());
            return;
        }
        TableMemory.require(one.name(), SwitchSchema.settings(change.after()));
        SwitchConfig config = one.config();
        List<Runnable> closings = new ArrayList<>();
        for (RunningPort port : List.copyOf(one.ports())) {
            PortDevice device = opening.release(one, port, "moving");
            if (device != null) closings.add(opening.closing(port.config(), device));
        }
        opening.closeAll(closings);
        workers.forget(one.learning());
        RunningSwitch made = new RunningSwitch(one.name(), change.after(), workers.count());
        switches.replace(one.name(), made);
        for (PortConfig port : config.ports().values()) addPort(made, port, true);
        for (StaticMac mac : config.staticMacs()) addMac(made, mac);
        for (StaticNeighbour neighbour : config.neighbours()) addNeighbour(made, neighbour);
    }

    private void addMac(RunningSwitch one, StaticMac mac) throws RequestException {
        RunningPort port = one.port(mac.port());
        if (port == null)
            throw new RequestException(Reason.NOT_FOUND, "switch " + one.name() + " has no port " + mac.port());
        if (!one.learning().macTable().addStatic(mac.mac(), mac.vlan(), port.index(), Clock.nowMs())) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "the MAC table of switch " + one.name()
                            + " has no room for another static entry: raise mac-capacity");
        }
        one.staticMacs.add(mac);
    }

    private void addNeighbour(RunningSwitch one, StaticNeighbour neighbour) throws RequestException {
        boolean added = one.learning()
                .neighbourTable()
                .addStatic(neighbour.address().hi(), neighbour.address().lo(), 0, neighbour.mac(), Clock.nowMs());
        if (!added) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "the neighbour table of switch " + one.name() + " is full: raise neighbour-capacity");
        }
        one.neighbours.add(neighbour);
    }

    private void open(RunningSwitch one, RunningPort port) throws DeviceException {
        opening.open(one, port);
        MacBinding.refresh(one, port);
    }

    private void retry(RunningSwitch one, RunningPort port, long nowMs) {
        try {
            open(one, port);
            port.log()
                    .info(where(one, port.config()) + " is back: "
                            + port.state().name().toLowerCase(Locale.ROOT));
        } catch (DeviceException e) {
            String before = port.whyGone();
            failed(port, e, nowMs);
            if (!before.equals(port.whyGone()))
                port.log().warn(where(one, port.config()) + " waits: " + port.whyGone());
        }
    }

    private void failed(RunningPort port, DeviceException why, long nowMs) {
        port.gone(whyGone(port.config(), why), nowMs);
        port.nameTaken(why.kind() == DeviceException.Kind.NAME_TAKEN, nowMs);
        if (port.awaitsName(nowMs)) nameRetry.schedule();
    }

    /** The nanoseconds that it took with ports that go on waiting for their names. */
    private long retryTakenNames() {
        long nanosInVain = 0;
        for (RunningSwitch one : switches.values()) {
            for (RunningPort port : one.ports()) {
                if (!port.awaitsName(Clock.nowMs())) continue;
                long began = System.nanoTime();
                retry(one, port, Clock.nowMs());
                if (port.awaitsName(Clock.nowMs())) nanosInVain += Math.max(1, System.nanoTime() - began);
            }
        }
        return nanosInVain;
    }

    /** The device itself is asked: the news may be old. */
    private void linkChanged(LearningSwitch owner, int index) {
        RunningSwitch one = switches.get(owner.name());
        if (one == null || one.learning() != owner) return;
        RunningPort port = one.port(index);
        if (port == null || port.device() == null) return;
        LinkState state = port.device().state();
        if (state == LinkState.GONE) {
            opening.close(one, port, opening.whyNoNamespace(port.config()).orElse("its interface was deleted"));
            port.log().warn(where(one, port.config()) + " is gone: " + port.whyGone());
            return;
        }
        boolean isUp = state == LinkState.UP;
        if (owner.isPortUp(index) == isUp) return;
        owner.setPortUp(index, isUp);
        MacBinding.refresh(one, port);
        port.log().info(where(one, port.config()) + " is " + (isUp ? "up" : "down"));
    }

    private static void log(RunningSwitch one, AddressClaim claim) {
        String line = "switch " + one.name() + ": " + AddressClaims.describe(one, claim);
        if (claim.outcome() == AddressClaim.Outcome.MOVED) LOG.info(line);
        else LOG.warn(line);
    }

    private String whyGone(PortConfig config, DeviceException e) {
        return opening.whyNoNamespace(config).orElse(e.getMessage());
    }

    private static String where(RunningSwitch one, PortConfig port) {
        return "switch " + one.name() + ": port " + port.name();
    }
}
