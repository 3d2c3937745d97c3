package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Change;
import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.DeviceSource;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.log.LogLevel;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.linux.netns.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes that users and programs can request of the daemon. What they add is saved and restored after a restart. Their changes and deletions of what another
 * source declares last until the next reload or restart. Each method makes its whole change or none of it, and throws a RequestException that says why. Must be
 * called on the control thread.
 */
public final class ControlService {
    private static final Logger LOG = LoggerFactory.getLogger(ControlService.class);

    private final Path file;
    private final SwitchRuntime runtime;
    private final UserSwitches users;
    private final Supervisor supervisor;
    private final SwitchSources sources;

    public ControlService(Path file, Config config, SwitchRuntime runtime, UserSwitches users, Supervisor supervisor) {
        this.file = file;
        this.runtime = runtime;
        this.users = users;
        this.supervisor = supervisor;
        this.sources = new SwitchSources(new FileSwitches(file, config), users);
    }

    public Path file() {
        return file;
    }

    public SwitchRuntime runtime() {
        return runtime;
    }

    /** The problems with the files of the state directory, one sentence each. May be called on any thread. */
    public List<String> stateProblems() {
        return users.problems();
    }

    /**
     * Starts the switches of all sources. A port whose device cannot be opened waits for it and is retried.
     *
     * @param integrations the sources that come after the config file and before users in the order of precedence
     */
    public void start(List<SwitchProvider> integrations) throws RequestException {
        sources.integrations(integrations);
        runtime.apply(sources.composed(), true);
    }

    /** Adds an integration's switch, or changes it to this configuration. Ports that users have added to it remain. */
    public void provide(ProvidedSwitches source, SwitchConfig sw) throws RequestException {
        String name = sw.name();
        if (runtime.find(name) != null && !source.has(name))
            throw new RequestException(Reason.CONFLICT, "there is a switch " + name + " already");
        try (Undo undo = new Undo()) {
            SwitchConfig before = source.put(sw);
            undo.add("the change of switch " + name, () -> source.restore(name, before));
            runtime.apply(with(sources.composed().get(name)), false);
            undo.commit();
        }
    }

    /** Marks the devices of a switch in the host's namespace, even persistent ones, to be deleted when they are closed. */
    public void forgetDevicesOnHost(String switchName) {
        RunningSwitch sw = runtime.find(switchName);
        if (sw == null) return;
        for (RunningPort port : sw.ports()) {
            boolean isOnHost = port.config().namespace() instanceof Namespace.Current;
            if (isOnHost) KernelDevices.removeOnClose(port.device(), port.config());
        }
    }

    /**
     * Replaces what an integration adds to switches: adds, changes and removes the ports that differ. A switch that no source has any more is removed,
     * or belongs to users if they have added something to it.
     *
     * @param additions see {@link SwitchProvider#additions}
     */
    public void provide(ProvidedPorts source, Map<String, SwitchConfig> additions) throws RequestException {
        AdditionsChange change = AdditionsChange.of(source, additions, sources, runtime.config(), users.changes());
        Map<String, SwitchConfig> before = source.additions();
        try (Undo undo = new Undo()) {
            undo.add("the ports of " + source.description(), () -> source.put(before));
            source.put(additions);
            change(change.target(), change.users());
            undo.commit();
        }
    }

    /** What users have added. An integration reads it before the start to find the ports that an earlier release saved there. */
    public UserChanges userChanges() {
        return users.changes();
    }

    /**
     * Removes from the users' changes the ports that an integration provides, and saves them. The running switches do not change.
     *
     * @param switchNames the switches that users no longer provide; what they added to them stays
     */
    public void takeOver(ProvidedPorts source, Collection<String> switchNames) throws RequestException {
        UserChanges left = users.changes();
        for (String name : switchNames) left = left.disowning(name);
        for (SwitchConfig added : source.additions().values())
            left = left.withoutPorts(added.name(), added.ports().keySet());
        users.keep(left, runtime);
    }

    /** Removes an integration's switch, and what users added to it. */
    public void withdraw(ProvidedSwitches source, String name) throws RequestException {
        SwitchConfig before = source.remove(name);
        if (before == null) return;
        try (Undo undo = new Undo()) {
            undo.add("the removal of switch " + name, () -> source.restore(name, before));
            // Another integration may have added ports to it.
            SwitchConfig left = sources.declarations().get(name);
            change(left == null ? without(name) : with(left), users.changes().without(name));
            undo.commit();
        }
    }

    /** Records that the device of an integration's port has been moved to this namespace, where it has this name. {@code sw}: the new configuration of the switch. */
    public void moved(ProvidedSwitches source, SwitchConfig sw, String port, Namespace namespace, String device) {
        source.put(sw);
        RunningSwitch running = runtime.find(sw.name());
        if (running != null && running.port(port) != null)
            runtime.moved(running, running.port(port), namespace, device);
    }

    /** Reads the config file again and applies its changes. Returns them, one sentence each. */
    public List<String> reload() throws RequestException {
        supervisor.reloading();
        String problem = "";
        try {
            return applyFile();
        } catch (RequestException e) {
            problem = e.getMessage();
            throw e;
        } finally {
            supervisor.reloaded(problem);
        }
    }

    private List<String> applyFile() throws RequestException {
        Config read;
        try {
            read = ConfigReader.read(file);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("{}", problem));
            throw new RequestException(Reason.INVALID, "nothing was changed: " + e.oneLine(), e);
        }
        FileSwitches now = new FileSwitches(file, read);
        Optional<String> conflict = sources.conflict(now);
        if (conflict.isPresent()) throw new RequestException(Reason.CONFLICT, "nothing was changed: " + conflict.get());
        List<Change> taken = runtime.apply(sources.composed(now), false);
        List<String> changes =
                new ArrayList<>(taken.stream().map(Change::toString).toList());
        LogLevel.set(read.get(DaemonSchema.LOG_LEVEL));
        changes.addAll(sources.file().config().daemonChanges(read));
        sources.file(now);
        changes.forEach(change -> LOG.info("reload: {}", change));
        return changes;
    }

    /** The switch of that name. The exception has the reason NOT_FOUND if there is none. */
    public RunningSwitch requireSwitch(String name) throws RequestException {
        RunningSwitch found = runtime.find(name);
        if (found == null) {
            throw new RequestException(
                    Reason.NOT_FOUND, "there is no switch " + name + ": see 'tapswitch switch list'");
        }
        return found;
    }

    /** The port of that name. The exception has the reason NOT_FOUND if the switch or the port does not exist. */
    public RunningPort requirePort(String switchName, String name) throws RequestException {
        RunningPort found = requireSwitch(switchName).port(name);
        if (found == null) {
            throw new RequestException(
                    Reason.NOT_FOUND,
                    "switch " + switchName + " has no port " + name + ": see 'tapswitch port list " + switchName + "'");
        }
        return found;
    }

    /** Adds a switch with its ports. The exception has the reason CONFLICT if the name is taken. */
    public void addSwitch(SwitchConfig added) throws RequestException {
        String name = added.name();
        if (runtime.find(name) != null) {
            throw new RequestException(Reason.CONFLICT, "there is a switch " + name + " already");
        }
        change(with(added), users.changes().with(added, isDeclared(name)));
    }

    /** Removes a switch with its ports. The exception has the reason CONFLICT if an integration provides the switch or ports of it. */
    public void removeSwitch(String name) throws RequestException {
        requireSwitch(name);
        refuse("switch " + name, sources.whyKept(name));
        change(without(name), users.changes().without(name));
    }

    /**
     * Adds a port and opens its device. The exception has the reason CONFLICT if the name or the device belongs to another port, and INVALID if the
     * port's namespace does not exist.
     */
    public void addPort(String switchName, PortConfig port) throws RequestException {
        RunningSwitch sw = requireSwitch(switchName);
        if (sw.port(port.name()) != null) throw nameTaken(switchName, port);
        requireFree(port, runtime.config());
        if (!PortLifecycle.isNamespaceThere(port.namespace())) {
            throw new RequestException(
                    Reason.INVALID,
                    "port " + port.name() + ": there is no namespace " + port.namespace()
                            + ": create it first, or declare the port in " + file + ", where it waits for it");
        }
        change(with(sw.config().with(port)), changed(switchName, added -> added.with(port)));
    }

    /** Changes a port. {@code changed}: the new configuration, with the same device. */
    public void changePort(String switchName, PortConfig changed) throws RequestException {
        PortConfig before = requirePort(switchName, changed.name()).config();
        if (before.source() == DeviceSource.CONTAINER_RUNTIME && !before.hasSameLink(changed)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "port " + changed.name()
                            + " is a container's veth: its container runtime manages its MTU, MAC, addresses, routes and state");
        }
        UserChanges kept = isDeclared(switchName, changed.name())
                ? users.changes()
                : changed(switchName, added -> added.with(changed));
        change(with(requireSwitch(switchName).config().with(changed)), kept);
    }

    /** Removes a port and closes its device. The exception has the reason CONFLICT if an integration provides the port. */
    public void removePort(String switchName, String name) throws RequestException {
        requirePort(switchName, name);
        refuse("port " + name, sources.whyKept(switchName, name));
        change(
                with(requireSwitch(switchName).config().without(name)),
                changed(switchName, added -> added.without(name)));
    }

    private static void refuse(String what, Optional<String> why) throws RequestException {
        if (why.isPresent()) throw new RequestException(Reason.CONFLICT, what + " " + why.get());
    }

    /** Binds a MAC to a port. */
    public void addMac(String switchName, StaticMac mac) throws RequestException {
        RunningSwitch sw = requireSwitch(switchName);
        SwitchConfig others = sources.declarations().get(switchName);
        boolean isDeclared = others != null && others.staticMacs().contains(mac);
        UserChanges kept = isDeclared ? users.changes() : changed(switchName, added -> added.with(mac));
        change(with(sw.config().with(mac)), kept);
    }

    /** Removes a MAC from the table, whether it is dynamic or static. Returns false if there is no such entry. */
    public boolean removeMac(String switchName, long mac, int vlan) throws RequestException {
        RunningSwitch sw = requireSwitch(switchName);
        boolean bound = sw.config().staticMacs().stream().anyMatch(each -> each.mac() == mac && each.vlan() == vlan);
        if (!bound) {
            boolean removed = sw.learning().macTable().remove(mac, vlan);
            runtime.fastPath().sync();
            return removed;
        }
        change(with(sw.config().without(mac, vlan)), changed(switchName, added -> added.without(mac, vlan)));
        return true;
    }

    /** Whether the config file or an integration declares the port. */
    public boolean isDeclared(String switchName, String port) {
        return sources.isDeclared(switchName, port);
    }

    /** Why a user's change of a port is only temporary, as the predicate of a sentence; empty if the change is saved. */
    public Optional<String> whyTemporary(String switchName, String port) {
        return sources.whyTemporary(switchName, port);
    }

    /** Why the removal of a switch is only temporary, as the predicate of a sentence; empty if the removal is saved. */
    public Optional<String> whyTemporary(String switchName) {
        return sources.whyTemporary(switchName);
    }

    /** Whether the config file or an integration declares the switch. */
    public boolean isDeclared(String switchName) {
        return sources.isDeclared(switchName);
    }

    private UserChanges changed(String switchName, UnaryOperator<SwitchConfig> change) {
        return users.changed(switchName, isDeclared(switchName), change);
    }

    private void change(Map<String, SwitchConfig> target, UserChanges kept) throws RequestException {
        Map<String, SwitchConfig> before = runtime.config();
        try (Undo undo = new Undo()) {
            List<Change> taken = runtime.apply(target, false);
            undo.add("a change that could not be saved", () -> runtime.apply(before, true));
            users.keep(kept, runtime);
            undo.commit();
            taken.forEach(change -> LOG.info("{}", change));
        }
    }

    private Map<String, SwitchConfig> with(SwitchConfig changed) {
        Map<String, SwitchConfig> target = new LinkedHashMap<>(runtime.config());
        target.put(changed.name(), changed);
        return target;
    }

    private Map<String, SwitchConfig> without(String name) {
        Map<String, SwitchConfig> target = new LinkedHashMap<>(runtime.config());
        target.remove(name);
        return target;
    }

    /** The refusal of a port whose name the switch has already. */
    public static RequestException nameTaken(String switchName, PortConfig port) {
        return new RequestException(
                Reason.CONFLICT, "switch " + switchName + " has a port " + port.name() + " already");
    }

    /** Refuses a port whose device belongs to another port of these switches. */
    static void requireFree(PortConfig port, Map<String, SwitchConfig> switches) throws RequestException {
        for (SwitchConfig sw : switches.values()) {
            for (PortConfig other : sw.ports().values()) {
                if (!other.isSameDevice(port)) continue;
                throw new RequestException(
                        Reason.CONFLICT,
                        "device " + port.device() + " in namespace " + port.namespace() + " already belongs to port "
                                + other.name() + " of switch " + sw.name());
            }
        }
    }
}
