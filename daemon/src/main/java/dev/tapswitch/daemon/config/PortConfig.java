package dev.tapswitch.daemon.config;

import dev.tapswitch.core.forward.PortSettings;
import dev.tapswitch.tap.device.Namespace;
import dev.tapswitch.tap.device.RateLimit;
import dev.tapswitch.tap.device.TapSpec;
import java.util.List;
import java.util.Optional;

/**
 * A port as a user wants it.
 *
 * @param device the interface's name in its namespace
 * @param mtu bytes
 * @param mac the interface's own, low 48 bits; -1 for one of the kernel's choosing
 * @param persistent whether the device outlives the daemon
 * @param learningLimit most MACs learned on it; 0 for no limit
 * @param sendLimit of what the interface sends
 * @param receiveLimit of what the interface receives
 * @param acceptRa whether the host takes routes and addresses from router advertisements that come in by it
 * @param kind what its device is; users make TAPs
 * @param movedFrom where its device was created, if a container runtime moves it; empty if it stays in {@code namespace}
 */
public record PortConfig(
        String name,
        Namespace namespace,
        String device,
        int mtu,
        long mac,
        List<String> addresses,
        List<String> routes,
        boolean up,
        boolean offload,
        boolean persistent,
        boolean hairpin,
        boolean isolated,
        int learningLimit,
        boolean dropBeyondLimit,
        RateLimit sendLimit,
        RateLimit receiveLimit,
        boolean acceptRa,
        PortKind kind,
        Optional<DeviceOrigin> movedFrom) {
    public static final int DEFAULT_MTU = 1_500;
    public static final long ANY_MAC = -1;

    public PortConfig {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    /** A TAP with no limit of a rate. */
    public PortConfig(
            String name,
            Namespace namespace,
            String device,
            int mtu,
            long mac,
            List<String> addresses,
            List<String> routes,
            boolean up,
            boolean offload,
            boolean persistent,
            boolean hairpin,
            boolean isolated,
            int learningLimit,
            boolean dropBeyondLimit) {
        this(
                name,
                namespace,
                device,
                mtu,
                mac,
                addresses,
                routes,
                up,
                offload,
                persistent,
                hairpin,
                isolated,
                learningLimit,
                dropBeyondLimit,
                RateLimit.NONE,
                RateLimit.NONE,
                false,
                PortKind.TAP,
                Optional.empty());
    }

    /** What a port is when only its name is said. */
    public static PortConfig of(String name) {
        return new PortConfig(
                name,
                new Namespace.Current(),
                name,
                DEFAULT_MTU,
                ANY_MAC,
                List.of(),
                List.of(),
                true,
                true,
                false,
                false,
                false,
                0,
                false);
    }

    /** The same, as a TAP of another name and MTU on the host. */
    public PortConfig onHost(String itsDevice, int itsMtu) {
        return on(new Namespace.Current(), itsDevice, itsMtu, persistent, PortKind.TAP, movedFrom);
    }

    /** The host end of a veth pair that somebody else made on the host. */
    public static PortConfig ofVeth(String device, int mtu, boolean isolated) {
        return new PortConfig(
                device,
                new Namespace.Current(),
                device,
                mtu,
                ANY_MAC,
                List.of(),
                List.of(),
                true,
                true,
                false,
                false,
                isolated,
                0,
                false,
                RateLimit.NONE,
                RateLimit.NONE,
                false,
                PortKind.VETH,
                Optional.empty());
    }

    /** What the forwarding decision needs of it. */
    public PortSettings settings() {
        return new PortSettings(name, mtu, offload, hairpin, isolated, learningLimit, dropBeyondLimit);
    }

    /** What its TAP should be. */
    public TapSpec tap(int queues) {
        return new TapSpec(
                device,
                namespace,
                queues,
                mtu,
                mac,
                offload,
                up,
                persistent,
                addresses,
                routes,
                sendLimit,
                receiveLimit,
                acceptRa);
    }

    /** The same, on a device that goes when it is closed. */
    public PortConfig notPersistent() {
        return on(namespace, device, mtu, false, kind, movedFrom);
    }

    /** The same, where a container runtime has moved its device to, under the name that it has there. */
    public PortConfig at(Namespace elsewhere, String renamed) {
        return on(elsewhere, renamed, mtu, persistent, kind, Optional.of(origin()));
    }

    /** Where its device was created, and under which name. */
    public DeviceOrigin origin() {
        return movedFrom.orElseGet(() -> new DeviceOrigin(namespace, device));
    }

    private PortConfig on(
            Namespace itsNamespace,
            String itsDevice,
            int itsMtu,
            boolean isPersistent,
            PortKind itsKind,
            Optional<DeviceOrigin> itsOrigin) {
        return new PortConfig(
                name,
                itsNamespace,
                itsDevice,
                itsMtu,
                mac,
                addresses,
                routes,
                up,
                offload,
                isPersistent,
                hairpin,
                isolated,
                learningLimit,
                dropBeyondLimit,
                sendLimit,
                receiveLimit,
                acceptRa,
                itsKind,
                itsOrigin);
    }

    /** Whether both want the same of the interface itself. */
    public boolean hasSameLink(PortConfig other) {
        return mtu == other.mtu
                && mac == other.mac
                && up == other.up
                && persistent == other.persistent
                && acceptRa == other.acceptRa
                && addresses.equals(other.addresses)
                && routes.equals(other.routes)
                && sendLimit.equals(other.sendLimit)
                && receiveLimit.equals(other.receiveLimit);
    }

    /** Whether both are the same interface: a change from one to the other needs no new device. */
    public boolean isSameDevice(PortConfig other) {
        return device.equals(other.device) && namespace.equals(other.namespace) && kind == other.kind;
    }
}
