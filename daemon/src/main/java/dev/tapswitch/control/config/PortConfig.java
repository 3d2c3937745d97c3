package dev.tapswitch.control.config;

import static dev.tapswitch.control.schema.PortSchema.DEVICE;
import static dev.tapswitch.control.schema.PortSchema.NAMESPACE;

import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Subject;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tap.TapSpec;
import java.util.Map;
import java.util.Optional;

/**
 * A port as a user configured it.
 *
 * @param source who creates its device; for users' ports the daemon
 * @param values the settings of {@link PortSchema}
 * @param movedFrom where its device was created, if a container runtime moved it; empty if it stayed there
 */
public record PortConfig(String name, DeviceSource source, SettingValues values, Optional<DeviceOrigin> movedFrom) {
    /** A TAP with all defaults. */
    public static PortConfig of(String name) {
        return new PortConfig(name, DeviceSource.DAEMON, SettingValues.DEFAULTS.with(DEVICE, name), Optional.empty());
    }

    /** The host end of a veth pair that somebody else created in the daemon's namespace. */
    public static PortConfig ofVeth(String device) {
        return new PortConfig(
                device, DeviceSource.CONTAINER_RUNTIME, SettingValues.DEFAULTS.with(DEVICE, device), Optional.empty());
    }

    public <T> T get(Setting<T> setting) {
        return values.get(setting);
    }

    public <T> PortConfig with(Setting<T> setting, T value) {
        return new PortConfig(name, source, values.with(setting, value), movedFrom);
    }

    public Namespace namespace() {
        return get(NAMESPACE);
    }

    /** The interface's name in its namespace. */
    public String device() {
        return get(DEVICE);
    }

    /** The same port on an interface that a container runtime has moved and renamed. */
    public PortConfig at(Namespace namespace, String device) {
        SettingValues moved = values.with(NAMESPACE, namespace).with(DEVICE, device);
        return new PortConfig(name, source, moved, Optional.of(origin()));
    }

    /** Where its device was created, and under which name. */
    public DeviceOrigin origin() {
        return movedFrom.orElseGet(() -> new DeviceOrigin(namespace(), device()));
    }

    /** The settings in the form that the forwarding decision uses. */
    public PortSettings settings() {
        return PortSchema.decision(name, values);
    }

    /** The specification of its interface: of a TAP, or of the container's end of a veth pair. */
    public TapSpec tap(int queues) {
        return PortSchema.device(values, queues);
    }

    /** All settings by key, as the configuration file has them. */
    public Map<String, Object> json() {
        Map<String, Object> json = values.json(PortSchema.ALL);
        if (source != DeviceSource.DAEMON) json.remove(PortSchema.KIND.key());
        return json;
    }

    /** {@code mtu 1500 -> 9000, up true -> false}. */
    String difference(PortConfig after) {
        return values.difference(after.values, PortSchema.ALL);
    }

    /** Whether both have the same settings of the interface. */
    public boolean hasSameLink(PortConfig other) {
        return hasSame(other, Subject.INTERFACE);
    }

    /** Whether both have the same interface, so that a change from one to the other needs no new device. */
    public boolean isSameDevice(PortConfig other) {
        return source == other.source && hasSame(other, Subject.IDENTITY);
    }

    private boolean hasSame(PortConfig other, Subject subject) {
        return PortSchema.ALL.stream()
                .filter(setting -> setting.subject() == subject)
                .allMatch(setting -> get(setting).equals(other.get(setting)));
    }
}
