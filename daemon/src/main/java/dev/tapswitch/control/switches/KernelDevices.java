package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tap.TapTakeover;
import dev.tapswitch.linux.veth.VethDevice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TAPs and veths of this host. A TAP whose queues the supervisor has held over a restart is taken over instead of created. */
final class KernelDevices implements DeviceOpener {
    private static final Logger LOG = LoggerFactory.getLogger(KernelDevices.class);

    private final Supervisor supervisor;
    private final ProcessPins pins;

    KernelDevices(Supervisor supervisor, ProcessPins pins) {
        this.supervisor = supervisor;
        this.pins = pins;
    }

    @Override
    public PortDevice open(PortConfig port, int queues) throws DeviceException {
        if (port.kind() == PortKind.VETH) return VethDevice.open(port.device(), queues);
        TapDevice held = takeOver(port, queues);
        return held == null ? TapDevice.open(spec(port, queues)) : held;
    }

    private TapSpec spec(PortConfig port, int queues) throws DeviceException {
        try {
            return port.at(pins.pin(port.namespace()), port.device()).tap(queues);
        } catch (IllegalArgumentException e) {
            throw new DeviceException(e.getMessage(), e);
        }
    }

    /** The port's TAP whose queues were held over the restart; null if none were held, or if they cannot be used. */
    private TapDevice takeOver(PortConfig port, int queues) {
        int[] held = supervisor.takeQueues(port);
        if (held.length == 0) return null;
        // The open TAP's queues are held again later, as many as it then has.
        try {
            TapDevice device = TapTakeover.takeOver(
                    spec(port, queues), pins.pin(port.origin().namespace()), held);
            if (held.length > device.queueFds().length) supervisor.releaseQueues(port);
            return device;
        } catch (DeviceException | RuntimeException e) {
            LOG.warn(
                    "port {}: the queues held over the restart cannot be used, the TAP is recreated: {}",
                    port.name(),
                    e.getMessage());
            for (int fd : held) Libc.close(fd);
            supervisor.releaseQueues(port);
            return null;
        }
    }

    /** Changes an open TAP to what is configured, in the namespace in which it is. */
    static void update(TapDevice tap, PortConfig wanted) throws DeviceException {
        tap.update(wanted.at(tap.spec().namespace(), wanted.device()).tap(tap.queueFds().length));
    }

    /** Makes a persistent TAP vanish when it is closed. Does nothing for other devices. */
    static void removeOnClose(PortDevice device, PortConfig config) {
        if (!(device instanceof TapDevice tap) || !config.get(PortSchema.PERSISTENT)) return;
        try {
            update(tap, config.with(PortSchema.PERSISTENT, false));
        } catch (DeviceException e) {
            LOG.warn("{}: the interface is left behind", e.getMessage());
        }
    }
}
