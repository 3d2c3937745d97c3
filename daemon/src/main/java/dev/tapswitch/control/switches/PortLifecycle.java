package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.dataplane.worker.Workers;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DescriptorReserve;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tap.TapTakeover;
import dev.tapswitch.linux.veth.VethDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects ports to devices, and lets go of them. Control thread only. */
final class PortLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(PortLifecycle.class);
    private static final int CLOSING_THREADS = 16;

    private final Workers workers;
    private final Supervisor supervisor;
    private final ProcessPins pins;
    private final DescriptorReserve reserve = new DescriptorReserve();

    PortLifecycle(Workers workers, Supervisor supervisor, ProcessPins pins) {
        this.workers = workers;
        this.supervisor = supervisor;
        this.pins = pins;
    }

    DescriptorReserve reserve() {
        return reserve;
    }

    /** Makes the port's device, or takes over what was held of it, and begins to forward for it; without it where that fails. */
    void open(RunningSwitch owner, RunningPort port) throws DeviceException {
        try {
            openOnce(owner, port);
        } catch (DeviceException e) {
            if (!DescriptorReserve.isShortage(e)) throw e;
            LOG.warn(
                    "port {}: this process has no file descriptors left (see LimitNOFILE): uses its reserve",
                    port.config().name());
            reserve.release();
            openOnce(owner, port);
        } finally {
            reserve.refill();
        }
    }

    private void openOnce(RunningSwitch owner, RunningPort port) throws DeviceException {
        PortDevice device = open(port.config());
        try {
            workers.attach(owner.learning(), port.index(), device);
        } catch (RuntimeException e) {
            device.close();
            throw new DeviceException(e.getMessage(), e);
        }
        port.opened(device);
        // A veth's bridge serves it while we are not there: nothing of it is to be held.
        if (device instanceof TapDevice) supervisor.holdQueues(port.config(), device.queueFds());
        owner.learning().setPortUp(port.index(), device.state() == LinkState.UP);
    }

    private PortDevice open(PortConfig port) throws DeviceException {
        if (port.kind() == PortKind.VETH) return VethDevice.open(port.device(), workers.count());
        TapDevice held = takeOver(port);
        return held == null ? TapDevice.open(spec(port)) : held;
    }

    /** What the port's TAP should be; TapException where there can be no such TAP. */
    private TapSpec spec(PortConfig port) throws DeviceException {
        try {
            return port.at(pins.pin(port.namespace()), port.device()).tap(workers.count());
        } catch (IllegalArgumentException e) {
            throw new DeviceException(e.getMessage(), e);
        }
    }

    /** What an open TAP should be from now on, where it is. */
    static TapSpec changed(TapDevice tap, PortConfig wanted) {
        return wanted.at(tap.spec().namespace(), wanted.device()).tap(tap.queueFds().length);
    }

    /** The port's device as it was held over a restart; null where there is none that can be used. */
    private TapDevice takeOver(PortConfig port) {
        int[] held = supervisor.takeQueues(port);
        if (held.length == 0) return null;
        // Held again when it is open, with as many queues as it has then.
        try {
            TapDevice device =
                    TapTakeover.takeOver(spec(port), pins.pin(port.origin().namespace()), held);
            if (held.length > device.queueFds().length) supervisor.releaseQueues(port);
            return device;
        } catch (DeviceException | RuntimeException e) {
            LOG.warn(
                    "port {}: what was held over the restart is of no use, so it is made anew: {}",
                    port.name(),
                    e.getMessage());
            for (int fd : held) Libc.close(fd);
            supervisor.releaseQueues(port);
            return null;
        }
    }

    /** Stops forwarding and closes the device, which stays where it is persistent. */
    void close(RunningSwitch owner, RunningPort port, String why) {
        PortDevice device = release(owner, port, why);
        if (device != null) closing(port.config(), device).run();
    }

    /** What closes a device that was let go, for good. */
    Runnable closing(PortConfig port, PortDevice device) {
        return () -> {
            // First, so that ours are the last: what stands beside the device is removed by whoever closes it for good.
            if (device instanceof TapDevice) supervisor.releaseQueues(port);
            device.close();
        };
    }

    /** As {@link #close}, for many at once: the kernel takes 20 ms for each, most of which it waits. */
    void closeAll(List<Runnable> closings) {
        if (closings.size() == 1) {
            closings.getFirst().run();
            return;
        }
        try (ExecutorService closers = Executors.newFixedThreadPool(
                Math.clamp(closings.size(), 1, CLOSING_THREADS),
                Thread.ofPlatform().daemon().name("closing-", 0).factory())) {
            closings.forEach(closers::execute);
        }
    }

    /** Stops forwarding; the device, now the caller's to close, or null where there was none. */
    PortDevice release(RunningSwitch owner, RunningPort port, String why) {
        PortDevice device = port.device();
        if (device == null) return null;
        workers.detach(owner.learning(), port.index());
        owner.learning().setPortUp(port.index(), false);
        port.gone(why, Clock.nowMs());
        return device;
    }

    /** Makes a persistent device go when it is closed. */
    static void forgetDevice(PortDevice device, PortConfig config) {
        if (!(device instanceof TapDevice tap) || !config.get(PortSchema.PERSISTENT)) return;
        try {
            tap.update(changed(tap, config.with(PortSchema.PERSISTENT, false)));
        } catch (DeviceException e) {
            LOG.warn("{}: it stays there", e.getMessage());
        }
    }

    static boolean isNamespaceThere(Namespace namespace) {
        if (namespace instanceof Namespace.OfProcess process) return process.isRunning();
        return Files.exists(Path.of(namespace.file()));
    }

    /** Why the port has no device, when that is because its namespace is not there; empty when it is there. */
    Optional<String> whyNoNamespace(PortConfig port) {
        Namespace namespace = pins.pin(port.namespace());
        if (isNamespaceThere(namespace)) return Optional.empty();
        return Optional.of(
                namespace instanceof Namespace.OfProcess process
                        ? process.whyGone()
                        : "there is no namespace " + namespace);
    }
}
