package dev.tapswitch.control.fastpath;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.dataplane.fastpath.FastPathCounters;
import dev.tapswitch.linux.bpf.BpfFeature;
import dev.tapswitch.linux.bpf.BpfFeatures;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.veth.SwitchLinks;
import dev.tapswitch.linux.veth.VethPort;
import dev.tapswitch.linux.veth.VethSpec;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel fast path of all switches. It takes nothing from the kernel until there is a veth port. A thread follows the MAC tables, also while the control
 * thread is busy. Thread-safe; must not be called on a worker.
 */
public final class KernelFastPath implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelFastPath.class);

    private final Map<LearningSwitch, FastSwitch> switches = new HashMap<>();
    private final StationBudget budget = new StationBudget(SwitchKernel.MAX_STATIONS);
    private final KernelNamespaces namespaces;
    private BpfFeatures features;
    private SwitchKernel kernel;
    private TableFollower follower;
    private int lastId;

    /**
     * A fast path that outlives this process, if it ends without {@link #close}.
     *
     * @param mount a path in a directory that only root can write to, where its namespace is mounted if that is permitted; empty for none
     * @param holder holds its namespace besides
     */
    public KernelFastPath(Optional<Path> mount, NamespaceHolder holder) {
        this.namespaces = new KernelNamespaces(mount, holder);
    }

    /** Why this kernel has no fast path for us, in one line; empty if it has. The first call tries it, for some 20 ms. */
    public synchronized Optional<String> whyNot() {
        if (features == null) features = BpfFeatures.probe();
        for (BpfFeature needed : BpfFeature.values()) {
            boolean isAttachment = needed == BpfFeature.TCX || needed == BpfFeature.CLSACT;
            if (!isAttachment && !features.has(needed)) return Optional.of(why(needed));
        }
        boolean attaches = features.has(BpfFeature.TCX) || features.has(BpfFeature.CLSACT);
        return attaches ? Optional.empty() : Optional.of(why(BpfFeature.CLSACT));
    }

    private String why(BpfFeature feature) {
        return feature.meaning() + ": " + features.missing().get(feature);
    }

    /**
     * Takes over the port's veth pair of an earlier process, or creates one. A new pair carries no frames before {@link #attach}.
     *
     * @param key identifies the port among all ports of the daemon
     * @param queues descriptors of its slow path's queues, if they were held; the port's on success
     */
    public VethPort open(TapSpec end, String key, int... queues) throws DeviceException {
        Optional<String> obstacle = whyNot();
        if (obstacle.isPresent())
            throw new DeviceException("kind veth does not work here (" + obstacle.get() + "); set kind: tap or auto");
        SwitchLinks links = kernel().links();
        VethSpec spec = new VethSpec(end, EndNames.hostEnd(key), EndNames.slowPath(key));
        int peer = VethPort.peerOf(spec, links);
        if (peer == 0) return VethPort.open(spec, links);
        try {
            return VethPort.takeOver(spec, links, peer, queues);
        } catch (DeviceException e) {
            // The kernel may still be deleting the TAP of a killed process, and a namespace may come back.
            if (e.kind() == Kind.NAME_TAKEN || e.kind() == Kind.NO_NAMESPACE) throw e;
            LOG.warn("{}; it is recreated", e.getMessage());
            VethPort.removeLeftover(spec, links);
            return VethPort.open(spec, links);
        }
    }

    private synchronized SwitchKernel kernel() throws DeviceException {
        if (kernel != null) return kernel;
        Optional<SwitchNamespace> inherited = namespaces.inherited();
        kernel = inherited.isPresent() ? takeOver(inherited.get()) : null;
        if (kernel == null) kernel = create();
        lastId = kernel.maxInheritedId();
        follower = new TableFollower(this);
        follower.start();
        return kernel;
    }

    /** Null if what is in the namespace cannot be used: it is removed. */
    private SwitchKernel takeOver(SwitchNamespace namespace) throws DeviceException {
        try {
            SwitchKernel taken = SwitchKernel.open(namespace, features);
            namespaces.hold(namespace);
            return taken;
        } catch (DeviceException e) {
            LOG.warn(
                    "the veth ports of the earlier process cannot be taken over and are recreated: {}", e.getMessage());
            namespace.remove();
            return null;
        }
    }

    private SwitchKernel create() throws DeviceException {
        SwitchNamespace namespace = namespaces.create();
        try {
            return SwitchKernel.open(namespace, features);
        } catch (DeviceException | RuntimeException e) {
            namespace.remove();
            throw e;
        }
    }

    /** Removes what an earlier process left and no port needs. {@code keys}: of all ports that may have a veth pair, also of those that wait for it. */
    public synchronized void started(Collection<String> keys) {
        if (kernel == null) {
            namespaces.removeInherited();
            return;
        }
        try {
            kernel.removeOthers(keys.stream().map(EndNames::hostEnd).collect(Collectors.toSet()));
            for (FastSwitch sw : switches.values()) sw.stations().removeUnknown();
        } catch (DeviceException e) {
            LOG.warn("what an earlier process left in the kernel remains there: {}", e.getMessage());
        }
    }

    /** The descriptor of the namespace, for a successor; it belongs to this object. Empty while there is no veth port. */
    public synchronized OptionalInt namespaceFd() {
        return kernel == null
                ? OptionalInt.empty()
                : OptionalInt.of(kernel.namespace().fd());
    }

    /** Frames of a port begin to flow. Does nothing for other devices than veth ports. */
    public synchronized void attach(LearningSwitch owner, int index, PortDevice device) throws DeviceException {
        if (!(device instanceof VethPort veth)) return;
        FastSwitch sw = switches.get(owner);
        if (sw == null) {
            sw = new FastSwitch(owner, idFor(veth), kernel, budget, follower::wake);
            switches.put(owner, sw);
        }
        sw.attach(index, veth);
        follower.wake();
    }

    /** The number that the switch had in an earlier process, so that its stations stay; otherwise a new one. */
    private int idFor(VethPort port) {
        int inherited = kernel.inheritedId(port.hostEnd());
        boolean isFree = inherited != 0 && switches.values().stream().noneMatch(sw -> sw.id() == inherited);
        return isFree ? inherited : ++lastId;
    }

    /** To be called before the device is closed. */
    public synchronized void detach(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw != null) sw.detach(index);
    }

    /** The port's settings or its state may have changed. */
    public synchronized void update(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return;
        try {
            sw.update(index);
        } catch (DeviceException e) {
            // A write to an array of the kernel: this is not expected. Without its programs the port is safe.
            LOG.error("switch {}: a port is cut off: {}", owner.name(), e.getMessage());
            sw.detach(index);
        }
    }

    /** The port was removed; another one may get its index. */
    public synchronized void forgetPort(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return;
        sw.detach(index);
        sw.forget(index);
    }

    /** The switch was removed. */
    public synchronized void forget(LearningSwitch owner) {
        FastSwitch sw = switches.remove(owner);
        if (sw != null) sw.remove();
    }

    /** From now on all frames of these ports go to userspace, and those of all other ports of the switch as usual. Returns whether any is concerned. */
    public synchronized boolean trace(LearningSwitch owner, IntPredicate ports) throws DeviceException {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return false;
        sw.trace(ports);
        return sw.ports().stream().anyMatch(ports::test);
    }

    /** Frames go fast again. */
    public synchronized void endTrace(LearningSwitch owner) {
        FastSwitch sw = switches.get(owner);
        try {
            if (sw != null) sw.trace(index -> false);
        } catch (DeviceException e) {
            // A write to an array of the kernel: this is not expected.
            LOG.error("switch {}: some ports stay slow: {}", owner.name(), e.getMessage());
        }
    }

    /** What the kernel has forwarded of a port; all 0 for a port of another kind. */
    public synchronized FastPathCounters counters(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        return sw == null ? FastSwitch.ZERO : sw.counters(index);
    }

    /** A port's part in the fast path; empty if it has none. */
    public synchronized Optional<PortShare> share(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        return sw == null ? Optional.empty() : sw.share(index);
    }

    /** How full the kernel's maps are, and the programs; empty while there is no veth port. */
    public synchronized Optional<KernelUse> use() {
        if (kernel == null) return Optional.empty();
        int ports = switches.values().stream().mapToInt(sw -> sw.ports().size()).sum();
        return Optional.of(new KernelUse(
                kernel.attachment(),
                budget.stations(),
                SwitchKernel.MAX_STATIONS,
                ports,
                SwitchKernel.MAX_PORTS,
                kernel.fastPath().listings()));
    }

    /** When this returns, the kernel knows all changes of the MAC tables that were made before. */
    public synchronized void sync() {
        switches.values().forEach(sw -> sw.stations().sync());
    }

    /**
     * Brings the kernel up to date. Returns whether there is more to do now.
     *
     * @param isSweepDue whether to begin to read ages
     */
    synchronized boolean follow(boolean isBeatDue, boolean isSweepDue) {
        if (isBeatDue) beat();
        boolean hasMore = false;
        for (FastSwitch sw : switches.values()) {
            if (isSweepDue) sw.stations().beginSweep();
            hasMore |= sw.stations().follow();
            hasMore |= sw.stations().sweep();
        }
        if (hasMore) return true;
        for (FastSwitch sw : switches.values()) hasMore |= !sw.stations().arm();
        return hasMore;
    }

    private void beat() {
        try {
            kernel.fastPath().beat(System.nanoTime());
        } catch (DeviceException e) {
            LOG.error("the fast path's heartbeat fails: {}", e.getMessage());
        }
    }

    /** The shortest ageing time of all switches with veth ports. */
    synchronized long minAgeingMs() {
        return switches.keySet().stream()
                .mapToLong(owner -> owner.snapshot().settings().ageingMs())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Ends without changing anything in the kernel: the devices are another process's, or will be. */
    public void abandon() {
        end();
        if (kernel != null) kernel.close();
        kernel = null;
    }

    /** Removes everything from the kernel. To be called after the devices are closed. */
    @Override
    public void close() {
        end();
        if (kernel != null) kernel.remove();
        kernel = null;
    }

    private void end() {
        if (follower != null) follower.close();
        synchronized (this) {
            for (FastSwitch sw : switches.values()) sw.stations().close();
            switches.clear();
        }
    }
}
