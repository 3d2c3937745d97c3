package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.device.QueueFds;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceKey;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Tun;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes over a TAP whose queues another process has kept open, as systemd's file descriptor store does across a restart. The device existed
 * all the time, with its carrier, addresses and routes, and the frames sent meanwhile wait in its queues. Must not be called on a worker.
 */
public final class TapTakeover {
    /** Attempts to compare names while root in the namespace may rename the device. */
    private static final int NAME_ATTEMPTS = 5;

    private TapTakeover() {}

    /**
     * Returns the TAP to which these queues belong, with the specified number of queues: attaches missing ones and closes surplus ones. The
     * TAP may have been moved and renamed since it was created, whether the specification says so or not. On success the device owns the
     * descriptors; on failure the caller still does.
     *
     * @param createdIn the namespace in which the device was created, wherever it is now
     * @throws DeviceException unless the descriptors are queues of one existing TAP that was created in {@code createdIn} or is in the
     *     namespace of the specification
     */
    public static TapDevice takeOver(TapSpec spec, Namespace createdIn, int[] fds) throws DeviceException {
        if (fds.length == 0) throw new DeviceException("no queue was passed");
        String device = TunFile.name(fds[0]);
        for (int fd : fds) {
            if (!TunFile.isOurKind(fd)) throw new DeviceException(Kind.GONE, "not a queue of a TAP that still exists");
            if (!isSameDevice(fds[0], fd)) throw new DeviceException("the queues belong to different devices");
        }
        if (!isOf(spec.namespace(), TunFile.openNamespace(fds[0]))
                && !isOf(createdIn, TunFile.openCreationNamespace(fds[0]))) {
            throw new DeviceException("it was created in another namespace than the one now named \"" + createdIn
                    + "\", and it is not in \"" + spec.namespace() + "\" either");
        }
        // The namespace of the specification: if the device is elsewhere, its state becomes GONE at the next check.
        Optional<NamespaceKey> wanted = NamespaceKey.of(spec.namespace());
        int namespace = TunFile.openNamespace(fds[0]);
        QueueFds.require("finding its namespace", namespace);
        try {
            return NamespaceThread.call(namespace, "its namespace", () -> takeOver(spec, device, fds, wanted));
        } finally {
            Libc.close(namespace);
        }
    }

    /** Compares names, repeatedly because root in the namespace may rename the device between the two calls. */
    private static boolean isSameDevice(int one, int other) {
        for (int i = 0; i < NAME_ATTEMPTS; i++) if (TunFile.name(one).equals(TunFile.name(other))) return true;
        return false;
    }

    private static TapDevice takeOver(TapSpec spec, String device, int[] fds, Optional<NamespaceKey> createdIn)
            throws DeviceException {
        int kept = Math.min(fds.length, spec.queues());
        int[] queues = Arrays.copyOf(fds, spec.queues());
        Arrays.fill(queues, kept, queues.length, -1);
        try (RtNetlink links = new RtNetlink()) {
            for (int i = kept; i < queues.length; i++) queues[i] = anotherQueue(device);
            TapDevice.setUp(spec, links, device, queues[0], false);
        } catch (DeviceException | RuntimeException e) {
            QueueFds.close(Arrays.copyOfRange(queues, kept, queues.length));
            throw e;
        }
        QueueFds.close(Arrays.copyOfRange(fds, kept, fds.length));
        return new TapDevice(spec, queues, createdIn);
    }

    private static int anotherQueue(String device) throws DeviceException {
        int fd = TunFile.open();
        QueueFds.require(Tun.DEVICE, fd);
        int result = TunFile.attach(fd, device, Tun.IFF_MULTI_QUEUE);
        if (result >= 0) return fd;
        Libc.close(fd);
        throw new DeviceException(result, "it was created with one queue, and more are needed now");
    }

    /** Whether a descriptor refers to this namespace. Closes the descriptor. */
    private static boolean isOf(Namespace namespace, int fd) {
        if (fd < 0) return false;
        try {
            Optional<NamespaceKey> key = NamespaceKey.of(fd);
            return key.isPresent() && key.equals(NamespaceKey.of(namespace));
        } finally {
            Libc.close(fd);
        }
    }
}
