package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The effect of a change of an integration's additions on the running switches and on the users' changes. Only ports that differ are touched, so
 * that changes which last until the next reload stay. Only computes the effect; the caller applies it.
 */
final class AdditionsChange {
    private final ProvidedPorts source;
    private final Map<String, SwitchConfig> before;
    private final Map<String, SwitchConfig> after;
    private final SwitchSources sources;
    private final Map<String, SwitchConfig> target;
    private UserChanges users;

    private AdditionsChange(
            ProvidedPorts source,
            Map<String, SwitchConfig> after,
            SwitchSources sources,
            Map<String, SwitchConfig> running,
            UserChanges users) {
        this.source = source;
        this.before = source.additions();
        this.after = after;
        this.sources = sources;
        this.target = new LinkedHashMap<>(running);
        this.users = users;
    }

    /**
     * Computes a change.
     *
     * @throws RequestException if a new port's name or device belongs to another port, or its namespace does not exist
     */
    static AdditionsChange of(
            ProvidedPorts source,
            Map<String, SwitchConfig> after,
            SwitchSources sources,
            Map<String, SwitchConfig> running,
            UserChanges users)
            throws RequestException {
        AdditionsChange change = new AdditionsChange(source, after, sources, running, users);
        change.before.values().forEach(change::removePorts);
        for (SwitchConfig part : after.values()) change.addPorts(part);
        change.before.keySet().stream()
                .filter(name -> !after.containsKey(name) && !sources.isOfOthers(source, name))
                .forEach(change::removeSwitch);
        return change;
    }

    /** The switches after the change. */
    Map<String, SwitchConfig> target() {
        return target;
    }

    /** The users' changes after the change. */
    UserChanges users() {
        return users;
    }

    private void removePorts(SwitchConfig part) {
        String name = part.name();
        Set<String> left = of(after, name).ports().keySet();
        for (String port : part.ports().keySet()) {
            if (left.contains(port) || sources.isOfOthers(source, name, port)) continue;
            if (target.containsKey(name)) target.put(name, target.get(name).without(port));
            users = users.with(users.of(name).without(port), sources.isDeclared(name));
        }
    }

    private void addPorts(SwitchConfig part) throws RequestException {
        String name = part.name();
        target.putIfAbsent(name, SwitchConfig.of(name));
        for (PortConfig port : part.ports().values()) {
            PortConfig former = of(before, name).ports().get(port.name());
            if (port.equals(former)) continue;
            if (former == null || !former.isSameDevice(port)) requireNew(name, port);
            target.put(name, target.get(name).with(port));
        }
    }

    private void requireNew(String switchName, PortConfig port) throws RequestException {
        boolean isTaken = of(before, switchName).ports().get(port.name()) == null
                && target.get(switchName).ports().containsKey(port.name());
        if (isTaken) throw ControlService.nameTaken(switchName, port);
        ControlService.requireFree(port, target);
        if (!PortLifecycle.isNamespaceThere(port.namespace())) {
            throw new RequestException(
                    Reason.INVALID, "port " + port.name() + ": there is no namespace " + port.namespace());
        }
    }

    /** Removes a switch that no source has any more. A switch to which users have added something becomes the users' switch. */
    private void removeSwitch(String name) {
        if (users.of(name).isEmpty()) target.remove(name);
        else users = users.owning(name);
    }

    private static SwitchConfig of(Map<String, SwitchConfig> additions, String name) {
        return additions.getOrDefault(name, SwitchConfig.of(name));
    }
}
