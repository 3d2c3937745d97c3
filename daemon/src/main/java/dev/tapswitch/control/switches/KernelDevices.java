package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.DeviceSource;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tap.TapTakeover;
import dev.tapswitch.linux.veth.VethDevice;
import dev.tapswitch.linux.veth.VethPort;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens TAPs, veth pairs, and the veths of container runtimes. Takes over TAPs whose queues the supervisor has held during a restart, and veth pairs of an earlier
 * process, instead of creating them. Must be called on the control thread.
 */
final class KernelDevices implements DeviceOpener {
    private static final Logger LOG = LoggerFactory.getLogger(KernelDevices.class);

    private final Supervisor supervisor;
    private final ProcessPins pins;
    private final KernelFastPath fastPath;
    private boolean hasSaidWhyTap;

    KernelDevices(Supervisor supervisor, ProcessPins pins, KernelFastPath fastPath) {
        this.supervisor = supervisor;
        this.pins = pins;
        this.fastPath = fastPath;
    }

    @Override
    public PortDevice open(PortConfig port, int queues) throws DeviceException {
        if (port.source() == DeviceSource.CONTAINER_RUNTIME) return VethDevice.open(port.device(), queues);
        if (isVeth(port)) return openVeth(port, queues);
        TapDevice held = takeOver(port, queues);
        return held == null ? TapDevice.open(spec(port, queues)) : held;
    }

    private boolean isVeth(PortConfig port) {
        PortKind kind = port.get(PortSchema.KIND);
        // Other programs may open a persistent TAP while the daemon does not run, so a persistent port of kind auto is
        // one.
        if (kind != PortKind.AUTO || port.get(PortSchema.PERSISTENT)) return kind == PortKind.VETH;
        Optional<String> obstacle = fastPath.whyNot();
        if (obstacle.isPresent() && !hasSaidWhyTap) {
            hasSaidWhyTap = true;
            LOG.info("ports of kind auto are TAPs, because the kernel fast path does not work: {}", obstacle.get());
        }
        return obstacle.isEmpty();
    }

    private VethPort openVeth(PortConfig port, int queues) throws DeviceException {
        int[] held = supervisor.takeQueues(port);
        try {
            VethPort opened = fastPath.open(spec(port, queues), key(port), held);
            if (!isQueue(held, opened)) drop(port, held);
            return opened;
        } catch (DeviceException | RuntimeException e) {
            drop(port, held);
            throw e;
        }
    }

    private static boolean isQueue(int[] held, VethPort port) {
        return held.length == 0 || Arrays.stream(port.queueFds()).anyMatch(fd -> fd == held[0]);
    }

    /** Closes held queues that the port does not use, for example those of the TAP that it had before the restart. While they are open, the name of that TAP stays taken. */
    private void drop(PortConfig port, int[] held) {
        for (int fd : held) Libc.close(fd);
        if (held.length > 0) supervisor.releaseQueues(port);
    }

    /** The key that identifies a port's veth pair among all ports, also in the next process. */
    static String key(PortConfig port) {
        return port.origin().namespace() + " " + port.origin().device();
    }

    private TapSpec spec(PortConfig port, int queues) throws DeviceException {
        try {
            return port.at(pins.pin(port.namespace()), port.device()).tap(queues);
        } catch (IllegalArgumentException e) {
            throw new DeviceException(e.getMessage(), e);
        }
    }

    /** Takes over the port's TAP by the queues that were held during the restart. Returns null if none were held, or if they cannot be used. */
    private TapDevice takeOver(PortConfig port, int queues) {
        int[] held = supervisor.takeQueues(port);
        if (held.length == 0) return null;
        // PortLifecycle later asks the supervisor to hold the queues of the open TAP. If the TAP has fewer queues than
        // before, the supervisor releases the held ones here, so that none is left over.
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

    /** Whether the daemon has created the device, so that its queues go to the next process. False for null. */
    static boolean isOwn(PortDevice device) {
        return device instanceof TapDevice || device instanceof VethPort;
    }

    /** Changes an open device to its configuration, in the namespace in which it is now. Does nothing for a container runtime's veth, which the runtime configures itself. */
    static void update(PortDevice device, PortConfig wanted) throws DeviceException {
        switch (device) {
            case TapDevice tap -> tap.update(wanted(wanted, tap.spec().namespace(), tap));
            case VethPort veth ->
                veth.update(veth.spec().withEnd(wanted(wanted, veth.spec().end().namespace(), veth)));
            default -> {}
        }
    }

    private static TapSpec wanted(PortConfig port, Namespace namespace, PortDevice device) {
        return port.at(namespace, port.device()).tap(device.queueFds().length);
    }

    /** Records that a device was moved to this namespace, and has this name there. */
    static void moved(PortDevice device, Namespace namespace, String name) {
        switch (device) {
            case TapDevice tap -> tap.movedTo(namespace, name);
            case VethPort veth -> veth.movedTo(namespace, name);
            case null, default -> {}
        }
    }

    /** Causes a persistent interface to be deleted when its device is closed. Does nothing for other devices. */
    static void removeOnClose(PortDevice device, PortConfig config) {
        if (!config.get(PortSchema.PERSISTENT)) return;
        try {
            if (device instanceof TapDevice tap) update(tap, config.with(PortSchema.PERSISTENT, false));
            if (device instanceof VethPort veth) veth.deleteOnClose();
        } catch (DeviceException e) {
            LOG.warn("{}: the interface is left behind", e.getMessage());
        }
    }
}
