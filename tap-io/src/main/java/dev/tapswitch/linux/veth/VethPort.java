package dev.tapswitch.linux.veth;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netlink.VethPairs;
import dev.tapswitch.linux.netlink.VethPairs.Pair;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceKey;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.tap.LinkChange;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tap.TapTakeover;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A veth pair that Tapswitch created, with a TAP as its slow path. The container has one end; the host end and the TAP are in the switch's namespace,
 * where the fast path's programs are attached to both. Until they are, the port carries no frames.
 *
 * <p>The pair is identified by the index of the host end, which only Tapswitch can reach. The container's end is whatever the kernel says is the
 * other end of that pair: root in the container may rename, move or delete it, and create another interface under its name. Thread-safe. Opening,
 * changing and closing take milliseconds: must not be called on a worker.
 */
public final class VethPort implements PortDevice {
    private static final Logger LOG = LoggerFactory.getLogger(VethPort.class);
    /** How long {@link #state} relies on the carrier alone. */
    private static final long LOCATION_CHECK_MS = 5_000;

    private static final String GONE = "the veth pair or its namespace is gone";

    private final SwitchLinks switchLinks;
    private final int hostEnd;
    private final int slowPathIndex;
    private final TapDevice slowPath;
    private VethSpec spec;
    private boolean closed;
    /** The size of super-frames, bytes; 0 while it is not known. */
    private int superFrames;
    /** The namespace in which the container's end was up when {@link #state} last located it; empty if it was not. */
    private Optional<NamespaceKey> upIn = Optional.empty();
    /** System.nanoTime() when {@link #state} last located the container's end. */
    private long locatedAt;

    private VethPort(SwitchLinks switchLinks, int hostEnd, TapDevice slowPath, VethSpec spec) throws DeviceException {
        this.switchLinks = switchLinks;
        this.hostEnd = hostEnd;
        this.slowPath = slowPath;
        this.spec = spec;
        String name = slowPath.currentName();
        this.slowPathIndex = switchLinks.call(links -> {
            int tap = silence(links, name);
            for (int each : new int[] {hostEnd, tap})
                links.setGroup(each, spec.end().persistent() ? 0 : SwitchLinks.GROUP);
            return tap;
        });
    }

    /** Disables address resolution on the TAP, which has no addresses. Returns its index. */
    private static int silence(RtNetlink links, String slowPath) throws DeviceException {
        LinkInfo tap = links.find(slowPath).orElseThrow(() -> new DeviceException(Kind.GONE, "the TAP is gone"));
        links.setNoArp(tap.index());
        return tap.index();
    }

    /**
     * Creates the pair and the TAP. The container's end is created directly in its namespace and with its final name. If a step fails, everything is
     * removed.
     *
     * @throws DeviceException of kind NAME_TAKEN if there is an interface with one of the names
     */
    public static VethPort open(VethSpec spec, SwitchLinks switchLinks) throws DeviceException {
        try {
            return ContainerEnd.withNamespace(
                    spec.end().namespace(), namespace -> create(spec, switchLinks, namespace));
        } catch (DeviceException e) {
            throw failed("cannot create", spec, e);
        }
    }

    private static VethPort create(VethSpec spec, SwitchLinks switchLinks, int namespace) throws DeviceException {
        if (switchLinks.isIn(namespace)) {
            throw new DeviceException("the switch's namespace can't have both ends; choose another namespace");
        }
        TapSpec end = spec.end();
        LinkInfo host = switchLinks.call(
                links -> new VethPairs(links).create(spec.hostEnd(), end.device(), namespace, end.mtu()));
        TapDevice slowPath = null;
        try {
            slowPath = TapDevice.open(spec.slowPathIn(switchLinks.namespace()));
            VethPort port = new VethPort(switchLinks, host.index(), slowPath, spec);
            int peer = port.setUpHostEnd().peer().index();
            ContainerEnd.setUp(namespace, end, peer, true);
            return port;
        } catch (DeviceException | RuntimeException e) {
            if (slowPath != null) VethLeftovers.discard(slowPath, switchLinks, e);
            deleteQuietly(switchLinks, host.index(), e);
            if (end.receiveLimit().isSet()) ContainerEnd.removeIfb(end);
            throw e;
        }
    }

    /**
     * Takes over a pair that an earlier process left, and its TAP: by its queues, if they were passed, or by its name, if it is persistent; otherwise the TAP
     * is created. On success the port owns the queues; on failure the caller still does, and the pair stays.
     *
     * @param peer the index of the container's end when the earlier process last knew it: {@link #peerIndex}
     * @throws DeviceException of kind GONE if there is no such pair, or if the container's end is another one, or if it is elsewhere and not persistent
     */
    public static VethPort takeOver(VethSpec spec, SwitchLinks switchLinks, int peer, int... queues)
            throws DeviceException {
        try {
            return ContainerEnd.withNamespace(
                    spec.end().namespace(), namespace -> takeOver(spec, switchLinks, peer, queues, namespace));
        } catch (DeviceException e) {
            throw failed("cannot take over", spec, e);
        }
    }

    private static VethPort takeOver(VethSpec spec, SwitchLinks switchLinks, int peer, int[] queues, int namespace)
            throws DeviceException {
        Optional<Pair> found = switchLinks.call(links -> VethLeftovers.pairOf(links, spec.hostEnd()));
        if (found.isEmpty()) throw new DeviceException(Kind.GONE, "there is no host end \"" + spec.hostEnd() + "\"");
        Pair pair = found.get();
        boolean isHere = switchLinks.call(links -> ContainerEnd.isAt(pair, links, namespace));
        if (pair.peer().index() != peer || !isHere && !spec.end().persistent()) {
            throw new DeviceException(Kind.GONE, "the container's end was moved");
        }
        configureHostEnd(switchLinks, pair.own().index(), spec.end().mtu());
        if (isHere) ContainerEnd.setUp(namespace, spec.end(), peer, false);
        // Last, because the caller owns the queues if anything fails.
        TapSpec tap = spec.slowPathIn(switchLinks.namespace());
        if (queues.length > 0) {
            TapDevice slowPath = TapTakeover.takeOver(tap, switchLinks.namespace(), queues);
            return new VethPort(switchLinks, pair.own().index(), slowPath, spec);
        }
        TapDevice slowPath = TapDevice.open(tap);
        try {
            return new VethPort(switchLinks, pair.own().index(), slowPath, spec);
        } catch (DeviceException | RuntimeException e) {
            slowPath.close();
            throw e;
        }
    }

    /** Gives the host end the MTU of the container's end, and sets it up regardless of the state of the container's end. */
    private static void configureHostEnd(SwitchLinks switchLinks, int index, int mtu) throws DeviceException {
        switchLinks.call(links -> {
            links.setNoArp(index);
            links.setMtu(index, mtu);
            links.setUp(index, true);
            return null;
        });
    }

    private Pair setUpHostEnd() throws DeviceException {
        configureHostEnd(switchLinks, hostEnd, spec.end().mtu());
        return pair();
    }

    private static LinkInfo link(RtNetlink links, int index) throws DeviceException {
        return links.find(index).orElseThrow(() -> new DeviceException(Kind.GONE, GONE));
    }

    /** The index of the host end in the switch's namespace; it identifies the port to the fast path. */
    public int hostEnd() {
        return hostEnd;
    }

    /** The index of the slow-path TAP in the switch's namespace. */
    public int slowPath() {
        return slowPathIndex;
    }

    /** The index of the container's end in its namespace, to be remembered for {@link #takeOver}. */
    public synchronized int peerIndex() throws DeviceException {
        return pair().peer().index();
    }

    /** The specification with which the port was opened or last updated. */
    public synchronized VethSpec spec() {
        return spec;
    }

    /** Records that a container runtime has moved and renamed the container's end. Until then {@link #state} is GONE after a move. */
    public synchronized void movedTo(Namespace namespace, String device) {
        spec = spec.withEnd(
                spec.end().toBuilder().device(device).namespace(namespace).build());
    }

    @Override
    public int[] queueFds() {
        return slowPath.queueFds();
    }

    @Override
    public void setNonBlocking(boolean nonBlocking) throws DeviceException {
        slowPath.setNonBlocking(nonBlocking);
    }

    @Override
    public boolean takesBursts() {
        return slowPath.takesBursts();
    }

    /**
     * Changes MTU, MAC, addresses, routes, limits, link state, offload and persistence. Applies only the difference. On failure it restores the previous
     * settings of the container's end as far as possible.
     *
     * @throws IllegalArgumentException if names, namespace or number of queues differ, which requires another port
     */
    public synchronized void update(VethSpec wanted) throws DeviceException {
        if (!wanted.isSameDevice(spec)) {
            throw new IllegalArgumentException("another device, namespace or number of queues requires another port");
        }
        int mtu = Math.max(spec.end().mtu(), wanted.end().mtu());
        try {
            // During the change the host end and the TAP carry what either specification allows.
            setMtu(mtu);
            try {
                changeEnd(new LinkChange(spec.end(), wanted.end()));
            } catch (DeviceException e) {
                setMtu(spec.end().mtu());
                throw e;
            }
            setMtu(wanted.end().mtu());
            slowPath.update(wanted.slowPathIn(switchLinks.namespace()));
        } catch (DeviceException e) {
            throw failed("cannot change", spec, e);
        }
        spec = wanted;
    }

    private void setMtu(int mtu) throws DeviceException {
        switchLinks.call(links -> {
            if (link(links, hostEnd).mtu() != mtu) links.setMtu(hostEnd, mtu);
            return null;
        });
        slowPath.update(slowPath.spec().toBuilder().mtu(mtu).build());
    }

    private void changeEnd(LinkChange change) throws DeviceException {
        if (change.isEmpty()) return;
        atEnd((namespace, index) -> ContainerEnd.change(namespace, index, change));
    }

    /** Work with a descriptor of the container's namespace and the index of the end there. */
    private interface EndWork {
        void run(int namespace, int index) throws DeviceException;
    }

    /** Throws a DeviceException of kind GONE if the container's end is not in its namespace. */
    private void atEnd(EndWork work) throws DeviceException {
        ContainerEnd.withNamespace(spec.end().namespace(), namespace -> {
            Pair pair = pair();
            if (!switchLinks.call(links -> ContainerEnd.isAt(pair, links, namespace)))
                throw new DeviceException(Kind.GONE, GONE);
            work.run(namespace, pair.peer().index());
            return null;
        });
    }

    /**
     * Sets the largest super-frames of TCP over IPv4 on both ends, in bytes. Established connections do not grow when the size is raised, and are slower than new ones when it is
     * lowered (docs/decisions/0016). Does nothing if the ends have this size already.
     */
    public synchronized void setSuperFrames(int bytes) throws DeviceException {
        if (superFrames == bytes) return;
        atEnd((namespace, index) -> ContainerEnd.setSuperFrames(namespace, index, bytes));
        switchLinks.call(links -> {
            links.setSuperFrames(hostEnd, bytes);
            return null;
        });
        superFrames = bytes;
    }

    private Pair pair() throws DeviceException {
        if (closed) throw new DeviceException(Kind.GONE, "the device is closed");
        return switchLinks
                .call(links -> new VethPairs(links).find(hostEnd))
                .orElseThrow(() -> new DeviceException(Kind.GONE, GONE));
    }

    /**
     * Returns GONE also if the container's end was moved to another namespace, unless it is persistent: a container runtime moves such an end, and the
     * port follows it. Returns GONE also if the name of its namespace was deleted or refers to another namespace now. Returns DOWN if either end is
     * down, and while the container's end is being moved. An end that is moved and set up there between two calls is noticed within {@link
     * #LOCATION_CHECK_MS}; all other changes are noticed at once.
     */
    @Override
    public synchronized LinkState state() {
        if (closed) return LinkState.GONE;
        LinkState tap = slowPath.state();
        if (tap == LinkState.GONE) return LinkState.GONE;
        Optional<NamespaceKey> namespace = NamespaceKey.of(spec.end().namespace());
        // A pair whose end is moved loses its carrier until the end is set up again.
        boolean isKnown = namespace.isPresent()
                && namespace.equals(upIn)
                && System.nanoTime() - locatedAt < LOCATION_CHECK_MS * 1_000_000L
                && switchLinks.hasCarrier(hostEnd);
        if (isKnown) return tap;
        LinkState state = locate();
        upIn = state == LinkState.UP ? namespace : Optional.empty();
        locatedAt = System.nanoTime();
        return state == LinkState.UP ? tap : state;
    }

    /** Queries the state by rtnetlink, which also knows the namespace of the container's end. */
    private LinkState locate() {
        try {
            // Open the namespace first: while the kernel deletes it, the pair is still found but the end in it is not.
            return ContainerEnd.about(switchLinks, spec.end().namespace(), LinkState.GONE, (links, namespace) -> {
                Optional<Pair> pair = new VethPairs(links).find(hostEnd);
                boolean isHere = pair.isPresent()
                        && (spec.end().persistent() || ContainerEnd.isAt(pair.get(), links, namespace));
                if (!isHere) return LinkState.GONE;
                boolean isUp = pair.get().own().isUp() && pair.get().peer().isUp();
                return isUp ? LinkState.UP : LinkState.DOWN;
            });
        } catch (DeviceException e) {
            return LinkState.DOWN;
        }
    }

    /** The MAC of the container's end. */
    @Override
    public synchronized long mac() throws DeviceException {
        return pair().peer().mac();
    }

    /** The name of the container's end, in whatever namespace it is. */
    @Override
    public synchronized String currentName() throws DeviceException {
        return pair().peer().name();
    }

    /** Whether the container's end is in this namespace. */
    @Override
    public synchronized boolean isIn(Namespace namespace) {
        try {
            Pair pair = pair();
            return ContainerEnd.about(switchLinks, namespace, false, (links, fd) -> ContainerEnd.isAt(pair, links, fd));
        } catch (DeviceException e) {
            return false;
        }
    }

    /** Closes the queues, and deletes pair and TAP unless they are persistent. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        slowPath.close();
        if (spec.end().persistent()) return;
        deleteQuietly(switchLinks, hostEnd, null);
        if (spec.end().receiveLimit().isSet()) ContainerEnd.removeIfb(spec.end());
    }

    /** Makes {@link #close} delete pair and TAP, even if they are persistent. */
    public synchronized void deleteOnClose() throws DeviceException {
        spec = spec.withEnd(spec.end().toBuilder().persistent(false).build());
        slowPath.update(spec.slowPathIn(switchLinks.namespace()));
    }

    /** Closes the queues and keeps the pair. The TAP stays as well if it is persistent or another process has its queues open. */
    public synchronized void release() {
        closed = true;
        slowPath.close();
    }

    private static void deleteQuietly(SwitchLinks switchLinks, int hostEnd, Exception reason) {
        try {
            switchLinks.delete(hostEnd);
        } catch (DeviceException e) {
            if (reason != null) reason.addSuppressed(e);
            else LOG.warn("cannot delete the veth pair with the host end {}: {}", hostEnd, e.getMessage());
        }
    }

    private static DeviceException failed(String what, VethSpec spec, DeviceException e) {
        return new DeviceException(what + " " + spec.name() + ": " + e.getMessage(), e);
    }
}
