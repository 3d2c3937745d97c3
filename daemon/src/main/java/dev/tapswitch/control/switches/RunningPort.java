package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortKind;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.veth.VethDevice;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** A port as it runs. Its place in the switch stays its own while its device comes and goes. Control thread only. */
public final class RunningPort {
    private static final long FIRST_RETRY_MS = 1_000;
    private static final long LAST_RETRY_MS = 5_000;
    /** The kernel removes the interfaces of a killed process one after the other, 20 ms each. */
    private static final long LONGEST_NAME_WAIT_MS = 120_000;

    /** What {@link AddressBinding} has bound, and to which MAC. */
    final Set<IpAddress> boundAddresses = new LinkedHashSet<>();

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
    private long pauseMs = FIRST_RETRY_MS;
    /** Since when its interface's name was found taken at each attempt; -1 where it was not. */
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

    /** Why it is not up; empty when it is. */
    public String why() {
        return switch (state()) {
            case UP -> "";
            case DOWN -> config.get(PortSchema.UP) ? "its interface is down" : "set down";
            case GONE -> whyGone;
        };
    }

    /** Its device's own MAC, low 48 bits. */
    public Optional<Long> mac() {
        if (device == null)
            return config.get(PortSchema.MAC) < 0 ? Optional.empty() : Optional.of(config.get(PortSchema.MAC));
        try {
            return Optional.of(device.mac());
        } catch (DeviceException e) {
            return Optional.empty();
        }
    }

    PortDevice device() {
        return device;
    }

    /** Its own MAC where that is to be bound to it, low 48 bits; {@link TapSpec#ANY_MAC} where it is not, or is not known yet. */
    long macToBind() {
        return macToBind;
    }

    /**
     * Looks what MAC is to be bound. The host may change a host port's, which is followed. Elsewhere the container may change it: there the one that
     * was configured counts, or else the first one that was seen.
     */
    void observeMac() {
        if (!config.get(PortSchema.BIND_MAC) && !isHostPort()) macToBind = TapSpec.ANY_MAC;
        else if (isHostPort()) macToBind = mac().orElse(macToBind);
        else if (config.get(PortSchema.MAC) >= 0) macToBind = config.get(PortSchema.MAC);
        else if (macToBind < 0 && device != null) macToBind = firstMac();
    }

    /** Whether its interface is a TAP on the host. */
    boolean isHostPort() {
        return isOnHost && config.kind() == PortKind.TAP;
    }

    private long firstMac() {
        try {
            // Container runtimes set an interface's MAC before they set it up.
            if (device instanceof VethDevice veth)
                return owner.isPortUp(index) ? veth.peerMac().orElse(TapSpec.ANY_MAC) : TapSpec.ANY_MAC;
            return device.mac();
        } catch (DeviceException e) {
            return TapSpec.ANY_MAC;
        }
    }

    /** The MAC that {@link MacBinding} has bound to it; {@link TapSpec#ANY_MAC} for none. */
    long boundMac() {
        return boundMac;
    }

    void boundMac(long mac) {
        boundMac = mac;
    }

    /**
     * What its device is called now, wherever it is; empty when it is gone. Whoever is root there has chosen it: text of
     * {@link dev.tapswitch.linux.sys.DeviceName}, which says nothing of what or where the device is.
     */
    public Optional<String> deviceName() {
        try {
            return device == null ? Optional.empty() : Optional.of(device.currentName());
        } catch (DeviceException e) {
            return Optional.empty();
        }
    }

    /** Whether its device is in this namespace now; false when it is gone. */
    public boolean isIn(Namespace namespace) {
        return device != null && device.isIn(namespace);
    }

    /** For lines that whoever has the port's interface can cause. */
    RateLimitedLogger log() {
        return log;
    }

    /** How often it has lost its device, or could not get one. */
    int losses() {
        return losses;
    }

    void config(PortConfig changed) {
        config = changed;
        isOnHost = changed.namespace().isHost();
    }

    /** From now on it has a device. */
    void opened(PortDevice opened) {
        isOnHost = config.namespace().isHost();
        device = opened;
        pauseMs = FIRST_RETRY_MS;
        takenSinceMs = -1;
    }

    /** From now on it has none, and is to be tried again after a while, the longer the oftener it failed. */
    void gone(String why, long nowMs) {
        device = null;
        macToBind = config.get(PortSchema.MAC);
        losses++;
        whyGone = why;
        retryAtMs = nowMs + pauseMs;
        pauseMs = Math.min(LAST_RETRY_MS, pauseMs + FIRST_RETRY_MS);
    }

    /** After {@link #gone}: whether that was because the interface's name is taken. */
    void nameTaken(boolean isTaken, long nowMs) {
        if (!isTaken) takenSinceMs = -1;
        else if (takenSinceMs < 0) takenSinceMs = nowMs;
    }

    /** Whether its interface's name is taken, and has not been for so long that somebody else must have it. */
    boolean awaitsName(long nowMs) {
        return device == null && takenSinceMs >= 0 && nowMs - takenSinceMs < LONGEST_NAME_WAIT_MS;
    }

    boolean isDue(long nowMs) {
        return device == null && nowMs - retryAtMs >= 0;
    }

    String whyGone() {
        return whyGone;
    }
}
