package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.DeviceSource;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.veth.VethDevice;
import dev.tapswitch.linux.veth.VethPort;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** A port of a running switch. It keeps its index in the switch when its device is lost and opened again. Must be called on the control thread. */
public final class RunningPort {
    private static final long MIN_RETRY_MS = 1_000;
    private static final long MAX_RETRY_MS = 5_000;
    /** The kernel removes the interfaces of a killed process one after the other, 20 ms each. */
    private static final long MAX_NAME_WAIT_MS = 120_000;

    /** The addresses that {@link AddressBinding} has bound. */
    final Set<IpAddress> boundAddresses = new LinkedHashSet<>();

    /** The MAC to which {@link #boundAddresses} are bound. */
    long addressesMac = TapSpec.ANY_MAC;

    private final LearningSwitch owner;
    private final int index;
    private final RateLimitedLogger log;
    private PortConfig config;
    private PortDevice device;
    private int losses;
    private String whyGone = "not opened yet";
    private boolean isOnHost;
    private long macToBind = TapSpec.ANY_MAC;
    private long boundMac = TapSpec.ANY_MAC;
    private long retryAtMs;
    private long pauseMs = MIN_RETRY_MS;
    /** The time since which every attempt found the interface name taken; -1 if the last one did not. */
    private long takenSinceMs = -1;

    RunningPort(LearningSwitch owner, int index, PortConfig config, RateLimitedLogger log) {
        this.owner = owner;
        this.index = index;
        this.config = config;
        this.isOnHost = config.namespace().isHost();
        this.log = log;
    }

    public PortConfig config() {
        return config;
    }

    public int index() {
        return index;
    }

    public PortState state() {
        if (device == null) return PortState.GONE;
        return owner.isPortUp(index) ? PortState.UP : PortState.DOWN;
    }

    /** The reason why the port is not up; empty if it is up. */
    public String why() {
        return switch (state()) {
            case UP -> "";
            case DOWN -> config.get(PortSchema.UP) ? "its interface is down" : "set down";
            case GONE -> whyGone;
        };
    }

    /** The MAC of the port's interface, in the low 48 bits; without a device, the configured one. Empty if it is not known. */
    public Optional<Long> mac() {
        if (device == null)
            return config.get(PortSchema.MAC) < 0 ? Optional.empty() : Optional.of(config.get(PortSchema.MAC));
        try {
            return Optional.of(device.mac());
        } catch (DeviceException e) {
            return Optional.empty();
        }
    }

    /** The kind of the port's device: tap, veth, or bridge-port for a veth of a container runtime; empty if the port has no device. */
    public Optional<String> deviceKind() {
        return switch (device) {
            case TapDevice _ -> Optional.of("tap");
            case VethPort _ -> Optional.of("veth");
            case VethDevice _ -> Optional.of("bridge-port");
            case null, default -> Optional.empty();
        };
    }

    PortDevice device() {
        return device;
    }

    /** The MAC to bind to the port, in the low 48 bits; {@link TapSpec#ANY_MAC} if none is to be bound, or if it is not known yet. */
    long macToBind() {
        return macToBind;
    }

    /**
     * Determines the MAC to bind. For a host port it is the current one, which only the host can change. For other ports, whose containers may change theirs,
     * it is the configured one, or else the first one observed.
     */
    void observeMac() {
        if (!config.get(PortSchema.BIND_MAC) && !isHostPort()) macToBind = TapSpec.ANY_MAC;
        else if (isHostPort()) macToBind = mac().orElse(macToBind);
        else if (config.get(PortSchema.MAC) >= 0) macToBind = config.get(PortSchema.MAC);
        else if (macToBind < 0 && device != null) macToBind = firstMac();
    }

    /** Whether the daemon has created the interface on the host. */
    boolean isHostPort() {
        return isOnHost && config.source() == DeviceSource.DAEMON;
    }

    private long firstMac() {
        try {
            // Container runtimes set the MAC of an interface before they set it up.
            if (device instanceof VethDevice veth)
                return owner.isPortUp(index) ? veth.peerMac().orElse(TapSpec.ANY_MAC) : TapSpec.ANY_MAC;
            return device.mac();
        } catch (DeviceException e) {
            return TapSpec.ANY_MAC;
        }
    }

    /** The MAC that {@link MacBinding} has bound to the port; {@link TapSpec#ANY_MAC} for none. */
    long boundMac() {
        return boundMac;
    }

    void boundMac(long mac) {
        boundMac = mac;
    }

    /**
     * The current name of the device in whatever namespace it is, as {@link dev.tapswitch.linux.sys.DeviceName} writes it; empty if the device is gone.
     * Root in that namespace may have chosen it, so it does not identify the device.
     */
    public Optional<String> deviceName() {
        try {
            return device == null ? Optional.empty() : Optional.of(device.currentName());
        } catch (DeviceException e) {
            return Optional.empty();
        }
    }

    /** Whether the device is in this namespace now; false if it is gone. */
    public boolean isIn(Namespace namespace) {
        return device != null && device.isIn(namespace);
    }

    /** A logger for lines that a container can cause, limited per port. */
    RateLimitedLogger log() {
        return log;
    }

    /** How often the port has lost its device or could not open it. */
    int losses() {
        return losses;
    }

    void config(PortConfig changed) {
        config = changed;
        isOnHost = changed.namespace().isHost();
    }

    /** Sets the device that was opened. */
    void opened(PortDevice opened) {
        isOnHost = config.namespace().isHost();
        device = opened;
        pauseMs = MIN_RETRY_MS;
        takenSinceMs = -1;
    }

    /** Removes the device. The port is retried after a pause, which grows with each failure. */
    void gone(String why, long nowMs) {
        device = null;
        macToBind = config.get(PortSchema.MAC);
        losses++;
        whyGone = why;
        retryAtMs = nowMs + pauseMs;
        pauseMs = Math.min(MAX_RETRY_MS, pauseMs + MIN_RETRY_MS);
    }

    /** Records after {@link #gone} whether the reason is that the interface name is taken. */
    void nameTaken(boolean isTaken, long nowMs) {
        if (!isTaken) takenSinceMs = -1;
        else if (takenSinceMs < 0) takenSinceMs = nowMs;
    }

    /** Whether the interface name is taken, but not for so long that another program must own it. */
    boolean awaitsName(long nowMs) {
        return device == null && takenSinceMs >= 0 && nowMs - takenSinceMs < MAX_NAME_WAIT_MS;
    }

    boolean isDue(long nowMs) {
        return device == null && nowMs - retryAtMs >= 0;
    }

    String whyGone() {
        return whyGone;
    }
}
