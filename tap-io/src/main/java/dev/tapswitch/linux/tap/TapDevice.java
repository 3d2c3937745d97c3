package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.LinkState;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.HostLinkSettings;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceKey;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tc.RateLimit;
import dev.tapswitch.linux.tc.Shaper;
import java.util.List;
import java.util.Optional;

/**
 * A TAP that is open: its queues' file descriptors, which keep working wherever the device is moved and whatever it is renamed to. Any
 * control thread; never a worker, for opening, changing and closing take milliseconds.
 *
 * <p>While it is open, the namespace that it was made in stays alive even when its name is deleted: close it when {@link #state} says GONE.
 */
public final class TapDevice implements PortDevice {
    private static final int[] NO_QUEUES = {};
    private static final int RENAMED_MEANWHILE = 5;
    private static final String GONE = "the device or its namespace is gone";

    private Optional<NamespaceKey> madeIn;
    private TapSpec spec;
    private int[] queues;

    TapDevice(TapSpec spec, int[] queues, Optional<NamespaceKey> madeIn) {
        this.spec = spec;
        this.queues = queues;
        this.madeIn = madeIn;
    }

    /**
     * Makes the TAP in its namespace, or re-attaches to a persistent one that nobody has open, and sets its offloads, MTU, MAC, addresses, up and
     * routes. On a re-attached one, addresses that it has besides those asked for stay, and {@code up == false} leaves it as it is: both may be
     * the container runtime's doing. What was made is undone when a later step fails.
     */
    public static TapDevice open(TapSpec spec) throws DeviceException {
        try {
            return NamespaceThread.call(spec.namespace(), () -> {
                try (RtNetlink links = new RtNetlink()) {
                    return create(spec, links);
                }
            });
        } catch (DeviceException e) {
            throw failed("cannot create", spec, e);
        }
    }

    /** The name of the TAP that has this MAC in a namespace, whoever may have renamed it; empty where there is none. */
    public static Optional<String> find(Namespace namespace, long mac) throws DeviceException {
        return NamespaceThread.call(namespace, () -> {
            try (RtNetlink links = new RtNetlink()) {
                return links.findTap(mac).map(LinkInfo::name);
            }
        });
    }

    private static TapDevice create(TapSpec spec, RtNetlink links) throws DeviceException {
        Optional<LinkInfo> found = links.find(spec.device());
        if (found.isPresent()) TapAttachment.checkFree(found.get(), spec);
        int[] queues = TapAttachment.attach(spec, found);
        try {
            setUp(spec, links, spec.device(), queues[0], found.isEmpty());
            return new TapDevice(spec, queues, NamespaceKey.ofThread());
        } catch (DeviceException | RuntimeException e) {
            TapAttachment.close(queues);
            if (found.isEmpty() && spec.receiveLimit().isSet()) forgetLimit(spec, links, e);
            throw e;
        }
    }

    /** The limit's own device would stay without the TAP that it is for. */
    private static void forgetLimit(TapSpec spec, RtNetlink links, Exception reason) {
        try {
            new Shaper(links).forget(spec.device());
        } catch (DeviceException e) {
            reason.addSuppressed(e);
        }
    }

    /** Makes a TAP, whose name is {@code device} now, what it should be; in the namespace where it is. */
    static void setUp(TapSpec spec, RtNetlink links, String device, int queue, boolean isNew) throws DeviceException {
        require("the vnet header's size", TunFile.setVnetHeaderSize(queue));
        require("offloads", TunFile.setOffload(queue, spec.offload()));
        LinkInfo link = currentLink(links, queue);
        // Before it is up: an advertisement must find nobody who listens.
        HostLinkSettings.apply(device, spec.acceptRa());
        new LinkChange(asFound(link, spec, isNew), spec).apply(links, link.index());
        require("persistence", TunFile.setPersistent(queue, spec.persistent()));
    }

    /** The link as a specification, before we touched it: nothing of what is wanted is there, but for MTU and up. */
    private static TapSpec asFound(LinkInfo link, TapSpec wanted, boolean isNew) {
        RateLimit limit = isNew ? RateLimit.NONE : RateLimit.UNKNOWN;
        return new TapSpec(
                wanted.device(),
                wanted.namespace(),
                wanted.queues(),
                link.mtu(),
                TapSpec.ANY_MAC,
                wanted.offload(),
                wanted.up() && link.up(),
                wanted.persistent(),
                List.of(),
                List.of(),
                limit,
                limit,
                wanted.acceptRa());
    }

    /** From now on it is known to have been moved and renamed, by a container runtime. */
    public synchronized void movedTo(Namespace namespace, String device) {
        spec = new TapSpec(
                device,
                namespace,
                spec.queues(),
                spec.mtu(),
                spec.mac(),
                spec.offload(),
                spec.up(),
                spec.persistent(),
                spec.addresses(),
                spec.routes(),
                spec.sendLimit(),
                spec.receiveLimit(),
                spec.acceptRa());
        madeIn = NamespaceKey.of(namespace);
    }

    /** What it was opened with, or last updated to. */
    public synchronized TapSpec spec() {
        return spec;
    }

    /** Non-blocking iff set so. */
    @Override
    public synchronized int[] queueFds() {
        return queues.clone();
    }

    /** Non-blocking is what workers want. Blocking until set. */
    @Override
    public synchronized void setNonBlocking(boolean nonBlocking) throws DeviceException {
        for (int queue : queues) require("O_NONBLOCK", TunFile.setNonBlocking(queue, nonBlocking));
    }

    @Override
    public boolean takesBursts() {
        return true;
    }

    /** Without a carrier the interface shows NO-CARRIER and routes around; it has one when opened. */
    public synchronized void setCarrier(boolean carrier) throws DeviceException {
        require("carrier", queues.length == 0 ? -Errno.EBADFD : TunFile.setCarrier(queues[0], carrier));
    }

    /**
     * Changes MTU, MAC, addresses, routes, up, offload and persistence to those of {@code wanted}, applying only the difference, in
     * whatever namespace the device is now. On failure what it had before is put back as far as possible.
     *
     * @throws IllegalArgumentException when device, namespace or queues differ: that takes another device
     */
    public synchronized void update(TapSpec wanted) throws DeviceException {
        if (!wanted.device().equals(spec.device())
                || !wanted.namespace().equals(spec.namespace())
                || wanted.queues() != spec.queues()) {
            throw new IllegalArgumentException("another device, namespace or number of queues needs another TAP");
        }
        try {
            LinkChange change = new LinkChange(spec, wanted);
            if (!change.isEmpty()) changeLink(change);
            if (wanted.offload() != spec.offload()) {
                require("offloads", TunFile.setOffload(firstQueue(), wanted.offload()));
            }
            if (wanted.persistent() != spec.persistent()) {
                require("persistence", TunFile.setPersistent(firstQueue(), wanted.persistent()));
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
        require("finding its namespace", namespace);
        try {
            NamespaceThread.call(namespace, "its namespace", () -> {
                try (RtNetlink links = new RtNetlink()) {
                    return applyOrUndo(links, currentLink(links, queue), change);
                }
            });
        } finally {
            Libc.close(namespace);
        }
    }

    /** Whoever is root in its namespace may rename it between the question for its name and the search for it. */
    private static LinkInfo currentLink(RtNetlink links, int queue) throws DeviceException {
        for (int i = 0; i < RENAMED_MEANWHILE; i++) {
            String name = TunFile.name(queue);
            if (name.isEmpty()) break;
            Optional<LinkInfo> found = links.find(name);
            if (found.isPresent() && TunFile.name(queue).equals(name)) return found.get();
        }
        throw new DeviceException(Kind.GONE, GONE);
    }

    private static LinkInfo applyOrUndo(RtNetlink links, LinkInfo link, LinkChange change) throws DeviceException {
        try {
            change.apply(links, link.index());
            // The kernel forgets IPv6's settings of an interface whose MTU was too small for IPv6.
            HostLinkSettings.apply(link.name(), change.to().acceptRa());
            return link;
        } catch (DeviceException e) {
            try {
                new LinkChange(change.to(), change.from()).apply(links, link.index());
            } catch (DeviceException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /**
     * UP, DOWN or GONE, without entering a namespace; GONE also when the namespace it was made in has lost its name, and after {@link #close}.
     * Some microseconds.
     */
    @Override
    public synchronized LinkState state() {
        if (queues.length == 0) return LinkState.GONE;
        LinkState state = LinkState.of(queues[0]);
        return state == LinkState.GONE || namespaceIsThere() ? state : LinkState.GONE;
    }

    private boolean namespaceIsThere() {
        return spec.namespace() instanceof Namespace.Current
                || NamespaceKey.of(spec.namespace()).equals(madeIn);
    }

    /** The interface's own MAC address as it is now, in the low 48 bits. Fails when the device is gone. */
    @Override
    public synchronized long mac() throws DeviceException {
        long mac = TunFile.mac(firstQueue());
        if (mac < 0) throw new DeviceException(Kind.GONE, GONE);
        return mac;
    }

    /** What the device is called now: a container runtime may have renamed it. Fails when the device is gone. */
    @Override
    public synchronized String currentName() throws DeviceException {
        String name = TunFile.name(firstQueue());
        if (name.isEmpty()) throw new DeviceException(Kind.GONE, GONE);
        return name;
    }

    /** Whether the device is in this namespace now, wherever it was made; false when it is gone. Some microseconds. */
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

    /** Closes the queues; the device vanishes unless persistent. About 20 ms. Again: nothing. */
    @Override
    public synchronized void close() {
        boolean leavesLimit = queues.length > 0 && spec.receiveLimit().isSet();
        int namespace = leavesLimit ? TunFile.openNamespace(queues[0]) : -1;
        TapAttachment.close(queues);
        queues = NO_QUEUES;
        if (namespace >= 0) forgetLimit(namespace);
    }

    /** The limit on receiving has a device of its own, which stays where the TAP does. Closes the descriptor. */
    private void forgetLimit(int namespace) {
        try {
            NamespaceThread.call(namespace, "its namespace", () -> {
                try (RtNetlink links = new RtNetlink()) {
                    if (links.find(spec.device()).isEmpty()) new Shaper(links).forget(spec.device());
                    return null;
                }
            });
        } catch (DeviceException e) {
            // Closing never fails: what stays moves no frame, and is used again or goes with its namespace.
        } finally {
            Libc.close(namespace);
        }
    }

    private int firstQueue() throws DeviceException {
        if (queues.length == 0) throw new DeviceException("it is closed");
        return queues[0];
    }

    public static void require(String what, int result) throws DeviceException {
        if (result == -Errno.EBADFD) throw new DeviceException(Kind.GONE, result, GONE);
        if (result < 0) throw new DeviceException(result, what + ": " + Errno.text(result));
    }

    private static DeviceException failed(String what, TapSpec spec, DeviceException e) {
        return new DeviceException(what + " " + spec.name() + ": " + e.getMessage(), e);
    }
}
