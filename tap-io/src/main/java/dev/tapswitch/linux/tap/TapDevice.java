package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.device.QueueFds;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.NamespaceLinks;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceKey;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tc.Shaper;
import java.util.Optional;

/**
 * An open TAP. Its queues keep working wherever the device is moved and however it is renamed. Thread-safe. Opening, changing and closing take
 * milliseconds: must not be called on a worker.
 *
 * <p>An open TAP keeps alive the namespace in which it was created, even if the name of the namespace is deleted. The owner must close a TAP whose
 * {@link #state} is GONE.
 */
public final class TapDevice implements PortDevice {
    private static final int[] NO_QUEUES = {};
    /** Attempts to find the link by name while root in its namespace may rename it. */
    private static final int NAME_ATTEMPTS = 5;

    private static final String GONE = "the device or its namespace is gone";

    /** The namespace in which the device is expected, when the name in the specification was last resolved. */
    private Optional<NamespaceKey> namespaceKey;

    private TapSpec spec;
    private int[] queues;

    TapDevice(TapSpec spec, int[] queues, Optional<NamespaceKey> namespaceKey) {
        this.spec = spec;
        this.queues = queues;
        this.namespaceKey = namespaceKey;
    }

    /**
     * Creates a TAP in its namespace, or re-attaches to a persistent one that nobody has open, and sets its offloads, MTU, MAC, addresses,
     * link state and routes. A re-attached TAP keeps addresses that are not in the specification, and {@code up == false} does not set it
     * down: a container runtime may have configured both. If a step fails, a TAP that was created is removed.
     */
    public static TapDevice open(TapSpec spec) throws DeviceException {
        try {
            return NamespaceLinks.call(spec.namespace(), links -> create(spec, links));
        } catch (DeviceException e) {
            throw failed("cannot create", spec, e);
        }
    }

    private static TapDevice create(TapSpec spec, RtNetlink links) throws DeviceException {
        Optional<LinkInfo> found = links.find(spec.device());
        if (found.isPresent()) TapAttachment.checkFree(found.get(), spec);
        int[] queues = TapAttachment.attach(spec, found);
        try {
            setUp(spec, links, spec.device(), queues[0], found.isEmpty());
            return new TapDevice(spec, queues, NamespaceKey.ofThread());
        } catch (DeviceException | RuntimeException e) {
            QueueFds.close(queues);
            if (found.isEmpty() && spec.receiveLimit().isSet()) removeIfb(spec, links, e);
            throw e;
        }
    }

    /** Removes the ifb device of the receive limit, which would outlive the TAP. */
    private static void removeIfb(TapSpec spec, RtNetlink links, Exception reason) {
        try {
            new Shaper(links).removeLeftover(spec.device());
        } catch (DeviceException e) {
            reason.addSuppressed(e);
        }
    }

    /** Configures a TAP as specified. Its current name is {@code device}; the calling thread is in its namespace. */
    static void setUp(TapSpec spec, RtNetlink links, String device, int queue, boolean isNew) throws DeviceException {
        QueueFds.require("setting the size of the virtio-net header", TunFile.setVnetHeaderSize(queue));
        QueueFds.require("setting offloads", TunFile.setOffload(queue, spec.offload()));
        LinkChange.setUp(links, currentLink(links, queue), spec, isNew);
        QueueFds.require("setting persistence", TunFile.setPersistent(queue, spec.persistent()));
    }

    /** Records that a container runtime has moved and renamed the device. */
    public synchronized void movedTo(Namespace namespace, String device) {
        spec = spec.toBuilder().device(device).namespace(namespace).build();
        namespaceKey = NamespaceKey.of(namespace);
    }

    /** The specification with which the device was opened or last updated. */
    public synchronized TapSpec spec() {
        return spec;
    }

    /** Blocking until {@link #setNonBlocking}. */
    @Override
    public synchronized int[] queueFds() {
        return queues.clone();
    }

    @Override
    public synchronized void setNonBlocking(boolean nonBlocking) throws DeviceException {
        QueueFds.setNonBlocking(queues, nonBlocking);
    }

    @Override
    public boolean takesBursts() {
        return true;
    }

    /**
     * Changes the TAP to another specification: MTU, MAC, addresses, routes, limits, link state, offload and persistence. Applies only the
     * difference, in the namespace in which the device is now. On failure it restores the previous link settings as far as possible.
     *
     * @throws IllegalArgumentException if device, namespace or number of queues differ, which requires another TAP
     */
    public synchronized void update(TapSpec wanted) throws DeviceException {
        if (!wanted.device().equals(spec.device())
                || !wanted.namespace().equals(spec.namespace())
                || wanted.queues() != spec.queues()) {
            throw new IllegalArgumentException("another device, namespace or number of queues requires another TAP");
        }
        try {
            LinkChange change = new LinkChange(spec, wanted);
            if (!change.isEmpty()) changeLink(change);
            if (wanted.offload() != spec.offload()) {
                QueueFds.require("setting offloads", TunFile.setOffload(firstQueue(), wanted.offload()));
            }
            if (wanted.persistent() != spec.persistent()) {
                QueueFds.require("setting persistence", TunFile.setPersistent(firstQueue(), wanted.persistent()));
            }
        } catch (DeviceException e) {
            throw failed("cannot change", spec, e);
        }
        spec = wanted;
    }

    private void changeLink(LinkChange change) throws DeviceException {
        int queue = firstQueue();
        if (state() == LinkState.GONE) throw new DeviceException(Kind.GONE, GONE);
        int namespace = TunFile.openNamespace(queue);
        QueueFds.require("opening its namespace", namespace);
        try {
            NamespaceLinks.call(namespace, links -> {
                change.applyOrRevert(links, currentLink(links, queue));
                return null;
            });
        } finally {
            Libc.close(namespace);
        }
    }

    /** The link of a queue. Root in the namespace may rename the device between reading its name and finding it, so this tries several times. */
    private static LinkInfo currentLink(RtNetlink links, int queue) throws DeviceException {
        for (int i = 0; i < NAME_ATTEMPTS; i++) {
            String name = TunFile.name(queue);
            if (name.isEmpty()) break;
            Optional<LinkInfo> found = links.find(name);
            if (found.isPresent() && TunFile.name(queue).equals(name)) return found.get();
        }
        throw new DeviceException(Kind.GONE, GONE);
    }

    /** Does not enter a namespace. GONE also if the name of the namespace was deleted or refers to another namespace now. */
    @Override
    public synchronized LinkState state() {
        if (queues.length == 0) return LinkState.GONE;
        LinkState state = TunFile.state(queues[0]);
        return state == LinkState.GONE || namespaceExists() ? state : LinkState.GONE;
    }

    private boolean namespaceExists() {
        return spec.namespace() instanceof Namespace.Current
                || NamespaceKey.of(spec.namespace()).equals(namespaceKey);
    }

    @Override
    public synchronized long mac() throws DeviceException {
        long mac = TunFile.mac(firstQueue());
        if (mac < 0) throw new DeviceException(Kind.GONE, GONE);
        return mac;
    }

    @Override
    public synchronized String currentName() throws DeviceException {
        String name = TunFile.name(firstQueue());
        if (name.isEmpty()) throw new DeviceException(Kind.GONE, GONE);
        return name;
    }

    @Override
    public synchronized boolean isIn(Namespace namespace) {
        int current = queues.length == 0 ? -1 : TunFile.openNamespace(queues[0]);
        if (current < 0) return false;
        try {
            Optional<NamespaceKey> wanted = NamespaceKey.of(namespace);
            return wanted.isPresent() && NamespaceKey.of(current).equals(wanted);
        } finally {
            Libc.close(current);
        }
    }

    /** Closes the queues, upon which the kernel removes the device unless it is persistent. Takes about 20 ms. */
    @Override
    public synchronized void close() {
        boolean leavesLimit = queues.length > 0 && spec.receiveLimit().isSet();
        int namespace = leavesLimit ? TunFile.openNamespace(queues[0]) : -1;
        QueueFds.close(queues);
        queues = NO_QUEUES;
        if (namespace >= 0) removeIfb(namespace);
    }

    /** Removes the ifb device of the receive limit if the TAP no longer exists. Closes the descriptor. */
    private void removeIfb(int namespace) {
        try {
            NamespaceLinks.call(namespace, links -> {
                if (links.find(spec.device()).isEmpty()) new Shaper(links).removeLeftover(spec.device());
                return null;
            });
        } catch (DeviceException e) {
            // close() throws nothing. A leftover ifb device carries no frames; it is reused, or removed with its
            // namespace.
        } finally {
            Libc.close(namespace);
        }
    }

    private int firstQueue() throws DeviceException {
        if (queues.length == 0) throw new DeviceException(Kind.GONE, "the device is closed");
        return queues[0];
    }

    private static DeviceException failed(String what, TapSpec spec, DeviceException e) {
        return new DeviceException(what + " " + spec.name() + ": " + e.getMessage(), e);
    }
}
