package dev.tapswitch.tap.device;

import dev.tapswitch.tap.sys.Libc;
import dev.tapswitch.tap.sys.Tun;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes over a TAP whose queues another process left open for us, as systemd's file descriptor store does over a restart: the device was
 * there all the time, with its carrier, addresses and routes, and what was sent meanwhile waits in its queues. Control threads.
 */
public final class TapTakeover {
    private TapTakeover() {}

    /**
     * The TAP that these descriptors are queues of, with as many queues as wanted: further ones are attached, those too many
     * closed. It may have been moved and renamed since it was made, by the spec's leave or without. The descriptors are the device's from now on; on failure they are
     * still the caller's.
     *
     * @throws TapException when they are not queues of one living TAP that was made in the wanted namespace, or is in it; it says why
     */
    public static TapDevice takeOver(TapSpec spec, int[] fds) throws TapException {
        if (fds.length == 0) throw new TapException("there is no queue");
        String device = TunFile.name(fds[0]);
        for (int fd : fds) {
            if (!TunFile.isOurKind(fd)) throw new TapException("not a queue of a TAP that is still there");
            if (!TunFile.name(fd).equals(device)) throw new TapException("queues of different devices");
        }
        Optional<NamespaceKey> wanted = NamespaceKey.of(spec.namespace());
        // In the one, or in the other where a container runtime has moved it and told us.
        boolean isThere = wanted.isPresent()
                && (wanted.equals(namespaceOf(TunFile.openNamespaceMadeIn(fds[0])))
                        || wanted.equals(namespaceOf(TunFile.openNamespace(fds[0]))));
        if (!isThere) {
            throw new TapException("it was made in another namespace than \"" + spec.namespace()
                    + "\" is now, and is not there either");
        }
        int namespace = TunFile.openNamespace(fds[0]);
        TapDevice.require("finding its namespace", namespace);
        try {
            return NamespaceThread.call(namespace, "its namespace", () -> takeOver(spec, device, fds, wanted));
        } finally {
            Libc.close(namespace);
        }
    }

    private static TapDevice takeOver(TapSpec spec, String device, int[] fds, Optional<NamespaceKey> madeIn)
            throws TapException {
        int kept = Math.min(fds.length, spec.queues());
        int[] queues = Arrays.copyOf(fds, spec.queues());
        Arrays.fill(queues, kept, queues.length, -1);
        try (Links links = new Links()) {
            for (int i = kept; i < queues.length; i++) queues[i] = anotherQueue(device);
            TapDevice.setUp(spec, links, device, queues[0], false);
        } catch (TapException | RuntimeException e) {
            TapAttachment.close(Arrays.copyOfRange(queues, kept, queues.length));
            throw e;
        }
        TapAttachment.close(Arrays.copyOfRange(fds, kept, fds.length));
        return new TapDevice(spec, queues, madeIn);
    }

    private static int anotherQueue(String device) throws TapException {
        int fd = TunFile.open();
        TapDevice.require(Tun.DEVICE, fd);
        int result = TunFile.attach(fd, device, Tun.IFF_MULTI_QUEUE);
        if (result >= 0) return fd;
        Libc.close(fd);
        throw new TapException("it was made with one queue, and more are needed now");
    }

    /** Closes the descriptor. */
    private static Optional<NamespaceKey> namespaceOf(int fd) {
        if (fd < 0) return Optional.empty();
        Optional<NamespaceKey> key = NamespaceKey.of(fd);
        Libc.close(fd);
        return key;
    }
}
