package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.Change;
import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortKind;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.log.LogLevel;
import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people and programs may ask of the daemon. What they add is kept, and is there again after a restart. What they change or delete of
 * what the config file declares is done at once and lasts until the next reload or restart: then the file is right. Each call does all
 * of what it says, or nothing. Control thread only.
 */
public final class ControlService {
    private static final Logger LOG = LoggerFactory.getLogger(ControlService.class);

    private static final String AT_RESTART = " takes effect when the daemon is started again";

    private final Path file;
    private final SwitchRuntime host;
    private final StateFile state;
    private final Supervisor supervisor;
    private Config config;
    private UserChanges additions;
    /** Switches that are neither in the file nor added by a user: Docker's networks. Whoever provides them keeps them. */
    private final Map<String, SwitchConfig> provided = new LinkedHashMap<>();

    public ControlService(
            Path file,
            Config config,
            SwitchRuntime host,
            StateFile state,
            UserChanges additions,
            Supervisor supervisor) {
        this.file = file;
        this.config = config;
        this.host = host;
        this.state = state;
        this.additions = additions;
        this.supervisor = supervisor;
    }

    public Path file() {
        return file;
    }

    public Config config() {
        return config;
    }

    public SwitchRuntime host() {
        return host;
    }

    /** What is wrong with the files that are kept over a restart, a sentence each. */
    public List<String> stateProblems() {
        return state.problems();
    }

    /** Makes what the file and the state say. A port that can't be made is tried again. */
    public void start() throws RequestException {
        host.apply(additions.over(base(config)), true);
    }

    /** What a container runtime's networks are, before {@link #start}. The file's switches of the same name come first. */
    public void provideAtStart(SwitchConfig one) {
        provided.put(one.name(), one);
    }

    /** Makes a container runtime's switch what it is now; the ports that users added to it stay. */
    public void provide(SwitchConfig one) throws RequestException {
        if (host.find(one.name()) != null && !provided.containsKey(one.name()))
            throw new RequestException(Reason.CONFLICT, "there is a switch " + one.name() + " already");
        SwitchConfig before = provided.put(one.name(), one);
        try {
            Map<String, SwitchConfig> target = new LinkedHashMap<>(host.config());
            target.put(one.name(), additions.over(base(config)).get(one.name()));
            host.apply(target, false);
        } catch (RequestException e) {
            if (before == null) provided.remove(one.name());
            else provided.put(one.name(), before);
            throw e;
        }
    }

    /** Makes those devices of a switch that are on the host go at the end, even if they are persistent. */
    public void forgetDevicesOnHost(String switchName) {
        RunningSwitch sw = host.find(switchName);
        if (sw == null) return;
        for (RunningPort port : sw.ports()) {
            boolean isOnHost = port.config().namespace() instanceof Namespace.Current;
            if (isOnHost) PortLifecycle.forgetDevice(port.device(), port.config());
        }
    }

    /** Removes a container runtime's switch, and what users added to it. */
    public void withdraw(String name) throws RequestException {
        if (provided.remove(name) == null) return;
        Map<String, SwitchConfig> target = new LinkedHashMap<>(host.config());
        target.remove(name);
        change(target, additions.without(name));
    }

    /** A container runtime's port, whose device it has moved and renamed. */
    public void moved(SwitchConfig one, String port, Namespace namespace, String device) {
        provided.put(one.name(), one);
        RunningSwitch running = host.find(one.name());
        if (running != null && running.port(port) != null) host.moved(running.port(port), namespace, device);
    }

    /** Reads the file again and takes the steps to it; says which they were. */
    public List<String> reload() throws RequestException {
        supervisor.reloading();
        String problem = "";
        try {
            return takeSteps();
        } catch (RequestException e) {
            problem = e.getMessage();
            throw e;
        } finally {
            supervisor.reloaded(problem);
        }
    }

    private List<String> takeSteps() throws RequestException {
        Config read;
        try {
            read = ConfigReader.read(file);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("{}", problem));
            throw new RequestException(Reason.INVALID, "nothing was changed: " + e.oneLine(), e);
        }
        for (String name : read.switches().keySet()) {
            if (provided.containsKey(name) && !config.switches().containsKey(name)) {
                throw new RequestException(
                        Reason.CONFLICT,
                        "nothing was changed: switch " + name + " is a Docker network; choose another name in " + file);
            }
        }
        List<Change> taken = host.apply(additions.over(base(read)), false);
        List<String> changes =
                new ArrayList<>(taken.stream().map(Change::toString).toList());
        LogLevel.set(read.get(DaemonSchema.LOG_LEVEL));
        changes.addAll(daemonChanges(read));
        config = read;
        changes.forEach(change -> LOG.info("reload: {}", change));
        return changes;
    }

    public RunningSwitch requireSwitch(String name) throws RequestException {
        RunningSwitch found = host.find(name);
        if (found == null) {
            throw new RequestException(
                    Reason.NOT_FOUND, "there is no switch " + name + ": see 'tapswitch switch list'");
        }
        return found;
    }

    public RunningPort requirePort(String switchName, String name) throws RequestException {
        RunningPort found = requireSwitch(switchName).port(name);
        if (found == null) {
            throw new RequestException(
                    Reason.NOT_FOUND,
                    "switch " + switchName + " has no port " + name + ": see 'tapswitch port list " + switchName + "'");
        }
        return found;
    }

    public void addSwitch(SwitchConfig added) throws RequestException {
        if (host.find(added.name()) != null) {
            throw new RequestException(Reason.CONFLICT, "there is a switch " + added.name() + " already");
        }
        change(with(added), additions.with(added, isDeclared(added.name())));
    }

    public void removeSwitch(String name) throws RequestException {
        requireSwitch(name);
        if (provided.containsKey(name)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "switch " + name + " is a Docker network: remove it with 'docker network rm', or, where it is the"
                            + " default one, docker.default-bridge from " + file);
        }
        Map<String, SwitchConfig> target = new LinkedHashMap<>(host.config());
        target.remove(name);
        change(target, additions.without(name));
    }

    public void addPort(String switchName, PortConfig port) throws RequestException {
        RunningSwitch one = requireSwitch(switchName);
        if (one.port(port.name()) != null) {
            throw new RequestException(
                    Reason.CONFLICT, "switch " + switchName + " has a port " + port.name() + " already");
        }
        requireFree(port);
        if (!PortLifecycle.isNamespaceThere(port.namespace())) {
            throw new RequestException(
                    Reason.INVALID,
                    "port " + port.name() + ": there is no namespace " + port.namespace()
                            + ": make it first, or declare the port in " + file + ", where it waits for it");
        }
        change(
                with(one.config().with(port)),
                additions.with(additions.of(switchName).with(port), isDeclared(switchName)));
    }

    /** {@code changed}: on the same device. */
    public void changePort(String switchName, PortConfig changed) throws RequestException {
        PortConfig before = requirePort(switchName, changed.name()).config();
        if (before.kind() == PortKind.VETH && !before.hasSameLink(changed)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "port " + changed.name()
                            + " is a container's veth: its MTU, MAC, addresses, routes and state are Docker's affair");
        }
        UserChanges kept = isDeclared(switchName, changed.name())
                ? additions
                : additions.with(additions.of(switchName).with(changed), isDeclared(switchName));
        change(with(requireSwitch(switchName).config().with(changed)), kept);
    }

    public void removePort(String switchName, String name) throws RequestException {
        requirePort(switchName, name);
        if (isProvided(switchName, name)) {
            throw new RequestException(
                    Reason.CONFLICT,
                    "port " + name + " is Docker's: disconnect its container with 'docker network disconnect'");
        }
        change(
                with(requireSwitch(switchName).config().without(name)),
                additions.with(additions.of(switchName).without(name), isDeclared(switchName)));
    }

    public void addMac(String switchName, StaticMac mac) throws RequestException {
        RunningSwitch one = requireSwitch(switchName);
        boolean declared = isDeclared(switchName)
                && base(config).get(switchName).staticMacs().contains(mac);
        UserChanges kept =
                declared ? additions : additions.with(additions.of(switchName).with(mac), isDeclared(switchName));
        change(with(one.config().with(mac)), kept);
    }

    /** Forgets a MAC, be it learned or bound; whether it was there. */
    public boolean removeMac(String switchName, long mac, int vlan) throws RequestException {
        RunningSwitch one = requireSwitch(switchName);
        boolean bound = one.config().staticMacs().stream().anyMatch(each -> each.mac() == mac && each.vlan() == vlan);
        if (!bound) return one.learning().macTable().remove(mac, vlan);
        change(
                with(one.config().without(mac, vlan)),
                additions.with(additions.of(switchName).without(mac, vlan), isDeclared(switchName)));
        return true;
    }

    /** Whether the config file declares a port, or Docker does. */
    public boolean isDeclared(String switchName, String port) {
        SwitchConfig declared = base(config).get(switchName);
        return declared != null && declared.ports().containsKey(port);
    }

    /** Whether the config file declares a switch, or Docker does. */
    public boolean isDeclared(String switchName) {
        return config.switches().containsKey(switchName) || provided.containsKey(switchName);
    }

    private boolean isProvided(String switchName, String port) {
        SwitchConfig one = provided.get(switchName);
        return one != null && one.ports().containsKey(port);
    }

    /** All that is there without the user's additions. */
    private Map<String, SwitchConfig> base(Config file) {
        Map<String, SwitchConfig> base = new LinkedHashMap<>(provided);
        base.putAll(file.switches());
        return base;
    }

    private void change(Map<String, SwitchConfig> target, UserChanges kept) throws RequestException {
        Map<String, SwitchConfig> before = host.config();
        List<Change> taken = host.apply(target, false);
        if (!kept.equals(additions)) {
            try {
                host.withDescriptors(() -> state.save(kept));
            } catch (IOException e) {
                host.apply(before, true);
                throw new RequestException(
                        Reason.FAILED, "nothing was changed: it can't be kept for a restart: " + e.getMessage(), e);
            }
            additions = kept;
        }
        taken.forEach(change -> LOG.info("{}", change));
    }

    private Map<String, SwitchConfig> with(SwitchConfig changed) {
        Map<String, SwitchConfig> target = new LinkedHashMap<>(host.config());
        target.put(changed.name(), changed);
        return target;
    }

    private void requireFree(PortConfig port) throws RequestException {
        for (RunningSwitch one : host.switches()) {
            for (RunningPort other : one.ports()) {
                if (!other.config().isSameDevice(port)) continue;
                throw new RequestException(
                        Reason.CONFLICT,
                        "device " + port.device() + " in namespace " + port.namespace() + " is already that of port "
                                + other.config().name() + " of switch " + one.name());
            }
        }
    }

    /** What changed of the daemon's own settings; most of it takes effect when the daemon starts again. */
    private List<String> daemonChanges(Config read) {
        List<String> changes = new ArrayList<>();
        for (Setting<?> setting : DaemonSchema.ALL) {
            String change = config.values().difference(read.values(), List.of(setting));
            if (!change.isEmpty()) changes.add(change + (setting.isOn(Surface.SET_COMMAND) ? "" : AT_RESTART));
        }
        String docker = config.docker().difference(read.docker(), DockerSchema.ALL);
        if (!docker.isEmpty()) changes.add("docker: " + docker + AT_RESTART);
        return changes;
    }
}
