package dev.tapswitch.linux.tap;

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
 * Takes over a TAP whose queues another process left open for us, as systemd's file descriptor store does over a restart: the device was
 * there all the time, with its carrier, addresses and routes, and what was sent meanwhile waits in its queues. Control threads.
 */
public final class TapTakeover {
    private static final int RENAMED_MEANWHILE = 5;

    private TapTakeover() {}

    /**
     * The TAP that these descriptors are queues of, with as many queues as wanted: further ones are attached, those too many
     * closed. It may have been moved and renamed since it was made, whether the spec knows that or not. The descriptors are the device's from now on; on failure they are
     * still the caller's.
     *
     * @param madeIn the namespace that the device was made in, wherever it is now
     * @throws DeviceException when they are not queues of one living TAP that was made there, or is where the spec says; it says why
     */
    public static TapDevice takeOver(TapSpec spec, Namespace madeIn, int[] fds) throws DeviceException {
        if (fds.length == 0) throw new DeviceException("no queue was passed");
        String device = TunFile.name(fds[0]);
        for (int fd : fds) {
            if (!TunFile.isOurKind(fd)) throw new DeviceException(Kind.GONE, "not a queue of a TAP that still exists");
            if (!isSameDevice(fds[0], fd)) throw new DeviceException("the queues belong to different devices");
        }
        if (!isOf(spec.namespace(), TunFile.openNamespace(fds[0]))
                && !isOf(madeIn, TunFile.openNamespaceMadeIn(fds[0]))) {
            throw new DeviceException("it was made in another namespace than \"" + madeIn
                    + "\" is now, and is not in \"" + spec.namespace() + "\" either");
        }
        // Of where it is said to be: where it is not, its port is told so when it is looked for.
        Optional<NamespaceKey> wanted = NamespaceKey.of(spec.namespace());
        int namespace = TunFile.openNamespace(fds[0]);
        TapDevice.require("finding its namespace", namespace);
        try {
            return NamespaceThread.call(namespace, "its namespace", () -> takeOver(spec, device, fds, wanted));
        } finally {
            Libc.close(namespace);
        }
    }

    /** By name; whoever is root in the device's namespace may rename it between the two questions. */
    private static boolean isSameDevice(int one, int other) {
        for (int i = 0; i < RENAMED_MEANWHILE; i++) if (TunFile.name(one).equals(TunFile.name(other))) return true;
        return false;
    }

    private static TapDevice takeOver(TapSpec spec, String device, int[] fds, Optional<NamespaceKey> madeIn)
            throws DeviceException {
        int kept = Math.min(fds.length, spec.queues());
        int[] queues = Arrays.copyOf(fds, spec.queues());
        Arrays.fill(queues, kept, queues.length, -1);
        try (RtNetlink links = new RtNetlink()) {
            for (int i = kept; i < queues.length; i++) queues[i] = anotherQueue(device);
            TapDevice.setUp(spec, links, device, queues[0], false);
        } catch (DeviceException | RuntimeException e) {
            TapAttachment.close(Arrays.copyOfRange(queues, kept, queues.length));
            throw e;
        }
        TapAttachment.close(Arrays.copyOfRange(fds, kept, fds.length));
        return new TapDevice(spec, queues, madeIn);
    }

    private static int anotherQueue(String device) throws DeviceException {
        int fd = TunFile.open();
        TapDevice.require(Tun.DEVICE, fd);
        int result = TunFile.attach(fd, device, Tun.IFF_MULTI_QUEUE);
        if (result >= 0) return fd;
        Libc.close(fd);
        throw new DeviceException(result, "it was created with one queue, and more are needed now");
    }

    /** Whether a descriptor stands for this namespace. Closes it. */
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
