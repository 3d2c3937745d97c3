package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.dataplane.Workers;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DescriptorReserve;
import dev.tapswitch.linux.sys.DeviceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attaches devices to ports, and detaches and closes them. Must be called on the control thread. */
final class PortLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(PortLifecycle.class);
    private static final int CLOSING_THREADS = 16;

    private final Workers workers;
    private final Supervisor supervisor;
    private final ProcessPins pins;
    private final DeviceOpener devices;
    private final KernelFastPath fastPath;
    private final DescriptorReserve reserve = new DescriptorReserve();

    PortLifecycle(
            Workers workers, Supervisor supervisor, ProcessPins pins, DeviceOpener devices, KernelFastPath fastPath) {
        this.workers = workers;
        this.supervisor = supervisor;
        this.pins = pins;
        this.devices = devices;
        this.fastPath = fastPath;
    }

    DescriptorReserve reserve() {
        return reserve;
    }

    /** Opens the port's device and starts to forward for it. If that fails, the port has no device. */
    void open(RunningSwitch sw, RunningPort port) throws DeviceException {
        try {
            openOnce(sw, port);
        } catch (DeviceException e) {
            if (!DescriptorReserve.isShortage(e)) throw e;
            LOG.warn(
                    "port {}: this process has no file descriptors left (see LimitNOFILE): uses its reserve",
                    port.config().name());
            reserve.release();
            openOnce(sw, port);
        } finally {
            reserve.refill();
        }
    }

    private void openOnce(RunningSwitch sw, RunningPort port) throws DeviceException {
        PortDevice device = devices.open(port.config(), workers.count());
        try {
            fastPath.attach(sw.learning(), port.index(), device);
            workers.attach(sw.learning(), port.index(), device);
        } catch (RuntimeException | DeviceException e) {
            fastPath.detach(sw.learning(), port.index());
            device.close();
            throw new DeviceException(e.getMessage(), e);
        }
        port.opened(device);
        // The kernel's bridge serves a container runtime's veth while the daemon does not run.
        if (KernelDevices.isOwn(device)) supervisor.holdQueues(port.config(), device.queueFds());
        setUp(sw, port, device.state() == LinkState.UP);
    }

    /** Sets whether frames may pass the port from now on. */
    void setUp(RunningSwitch sw, RunningPort port, boolean isUp) {
        sw.learning().setPortUp(port.index(), isUp);
        fastPath.update(sw.learning(), port.index());
    }

    /** Stops forwarding and closes the device. A persistent interface remains. */
    void close(RunningSwitch sw, RunningPort port, String why) {
        PortDevice device = release(sw, port, why);
        if (device != null) closing(port.config(), device).run();
    }

    /** Returns a task that closes a released device, so that the kernel removes it unless it is persistent. */
    Runnable closing(PortConfig port, PortDevice device) {
        return () -> {
            // The supervisor's duplicates must be closed first: close() removes what belongs to the device, such as
            // its ifb, only if it closes the last queue.
            if (KernelDevices.isOwn(device)) supervisor.releaseQueues(port);
            device.close();
        };
    }

    /** Runs these tasks in parallel, because the kernel takes 20 ms to close a TAP and spends most of that time waiting. */
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

    /** Stops forwarding. Returns the device, which the caller closes; null if there is none. */
    PortDevice release(RunningSwitch sw, RunningPort port, String why) {
        PortDevice device = port.device();
        if (device == null) return null;
        fastPath.detach(sw.learning(), port.index());
        workers.detach(sw.learning(), port.index());
        sw.learning().setPortUp(port.index(), false);
        port.gone(why, Clock.nowMs());
        return device;
    }

    static boolean isNamespaceThere(Namespace namespace) {
        if (namespace instanceof Namespace.OfProcess process) return process.isRunning();
        return Files.exists(Path.of(namespace.file()));
    }

    /** Why the port's namespace does not exist; empty if it exists. */
    Optional<String> whyNoNamespace(PortConfig port) {
        Namespace namespace = pins.pin(port.namespace());
        if (isNamespaceThere(namespace)) return Optional.empty();
        return Optional.of(
                namespace instanceof Namespace.OfProcess process
                        ? process.whyGone()
                        : "there is no namespace " + namespace);
    }
}
