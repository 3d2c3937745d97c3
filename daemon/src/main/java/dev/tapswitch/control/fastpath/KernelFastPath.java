package dev.tapswitch.control.fastpath;

import dev.tapswitch.control.log.Plural;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.dataplane.fastpath.FastPathCounters;
import dev.tapswitch.linux.bpf.BpfFeature;
import dev.tapswitch.linux.bpf.BpfFeatures;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.veth.ParkedEnds;
import dev.tapswitch.linux.veth.SwitchLinks;
import dev.tapswitch.linux.veth.VethLeftovers;
import dev.tapswitch.linux.veth.VethPort;
import dev.tapswitch.linux.veth.VethSpec;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel fast path of all switches. It holds no kernel resources until the first veth port is opened. A dedicated thread copies changes
 * of the MAC tables to the kernel, so that they do not wait for the control thread. Thread-safe; must not be called on a worker.
 */
public final class KernelFastPath implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelFastPath.class);

    private final Map<LearningSwitch, FastSwitch> switches = new HashMap<>();
    private final StationBudget budget = new StationBudget(SwitchKernel.MAX_STATIONS);
    private final KernelNamespaces namespaces;
    private final ParkedEnds parked;
    private BpfFeatures features;
    private SwitchKernel kernel;
    private TableFollower follower;
    private int lastId;

    /**
     * Creates a fast path. If the process ends without {@link #close}, the veth pairs, programs and maps remain and the next process takes them over.
     *
     * @param mount where the namespace is mounted if this process may mount, in a directory that only root can write to; empty for no mount
     * @param holder also holds the namespace, by a descriptor
     */
    public KernelFastPath(Optional<Path> mount, NamespaceHolder holder) {
        this.namespaces = new KernelNamespaces(mount, holder);
        this.parked = new ParkedEnds(
                mount.map(path -> "state directory " + path.getParent()).orElse("without a state directory"));
    }

    /** Why the fast path does not work on this kernel, or with this process's privileges, in one line; empty if it works. The first call probes the kernel for about 20 ms. */
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
     * Takes over the veth pair that an earlier process created for a port, or creates one. A new pair carries no frames before {@link #attach}. A pair whose end is
     * persistent remains when this object is closed, without carrier ({@link ParkedEnds}).
     *
     * @param end the container's end of the pair
     * @param key identifies the port among all ports of the daemon, also in the next process
     * @param queues descriptors of the queues of the port's TAP, if the supervisor held them. The returned port owns them if it uses them, see {@link
     *     VethPort#queueFds}; otherwise, and on failure, the caller still owns them
     * @throws DeviceException if the fast path does not work here, or the pair can be neither taken over nor created
     */
    public VethPort open(TapSpec end, String key, int... queues) throws DeviceException {
        Optional<String> obstacle = whyNot();
        if (obstacle.isPresent())
            throw new DeviceException("kind veth does not work here (" + obstacle.get() + "); set kind: tap or auto");
        SwitchKernel kernel = kernel();
        SwitchLinks links = kernel.links();
        VethSpec spec = new VethSpec(end, EndNames.hostEnd(key), EndNames.slowPath(key));
        int peer = VethLeftovers.peerOf(spec, links);
        if (peer == 0 && end.persistent()) {
            parked.takeBack(spec.hostEnd(), kernel.namespace());
            peer = VethLeftovers.peerOf(spec, links);
        }
        if (peer == 0) return VethPort.open(spec, links);
        try {
            return VethPort.takeOver(spec, links, peer, queues);
        } catch (DeviceException e) {
            // These two may be temporary, so the pair stays: the kernel may still be deleting the TAP of a killed
            // process, and the container's namespace may appear again.
            if (e.kind() == Kind.NAME_TAKEN || e.kind() == Kind.NO_NAMESPACE) throw e;
            LOG.warn("{}; it is recreated", e.getMessage());
            VethLeftovers.remove(spec, links);
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

    /** Takes over what an earlier process left in the namespace. If that cannot be used, removes the namespace and returns null. */
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

    /**
     * Removes what an earlier process left and no port needs. Must be called once, after the configured ports have been opened.
     *
     * @param keys the keys of all ports that may have a veth pair, including those that still wait for their devices
     */
    public synchronized void started(Collection<String> keys) {
        Set<String> known = keys.stream().map(EndNames::hostEnd).collect(Collectors.toSet());
        try {
            int deleted = parked.removeOthers(known);
            if (deleted > 0)
                LOG.info("{} of an earlier process deleted", Plural.of(deleted, "veth pair", "veth pairs"));
            if (kernel == null) {
                namespaces.removeInherited();
                return;
            }
            kernel.removeOthers(known);
            for (FastSwitch sw : switches.values()) sw.stations().removeUnknown();
        } catch (DeviceException e) {
            LOG.warn("what an earlier process left in the kernel remains there: {}", e.getMessage());
        }
    }

    /** The descriptor of the namespace, to pass to a successor process; this object owns it. Empty while no veth port has been opened. */
    public synchronized OptionalInt namespaceFd() {
        return kernel == null
                ? OptionalInt.empty()
                : OptionalInt.of(kernel.namespace().fd());
    }

    /** Attaches the programs to a port's device, so that the port carries frames. Does nothing if the device is not a veth port. */
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

    /** The id that the switch had in an earlier process, so that its stations stay valid; otherwise a new one. */
    private int idFor(VethPort port) {
        int inherited = kernel.inheritedId(port.hostEnd());
        boolean isFree = inherited != 0 && switches.values().stream().noneMatch(sw -> sw.id() == inherited);
        return isFree ? inherited : ++lastId;
    }

    /** Detaches the programs from a port. Must be called before its device is closed. */
    public synchronized void detach(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw != null) sw.detach(index);
    }

    /** Updates the kernel. Must be called after a port's settings or link state may have changed. */
    public synchronized void update(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return;
        try {
            sw.update(index);
        } catch (DeviceException e) {
            // A write to a BPF array map is not expected to fail. The kernel now forwards by outdated settings, so
            // the port is detached: without its programs it carries no frames.
            LOG.error("switch {}: a port is cut off: {}", owner.name(), e.getMessage());
            sw.detach(index);
        }
    }

    /** Detaches a removed port and forgets its counts. Must be called before another port gets its index. */
    public synchronized void forgetPort(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return;
        sw.detach(index);
        sw.forget(index);
    }

    /** Removes a switch's ports and stations from the kernel. Must be called when the switch is removed. */
    public synchronized void forget(LearningSwitch owner) {
        FastSwitch sw = switches.remove(owner);
        if (sw != null) sw.remove();
    }

    /**
     * Starts a trace: from now on all frames from and to these ports go to userspace, which shows them. Ends an earlier trace of the switch. Returns whether any of the
     * ports is in the fast path.
     */
    public synchronized boolean trace(LearningSwitch owner, IntPredicate ports) throws DeviceException {
        FastSwitch sw = switches.get(owner);
        if (sw == null) return false;
        sw.trace(ports);
        return sw.ports().stream().anyMatch(ports::test);
    }

    /** Ends the trace of a switch: frames of all its ports may take the fast path again. */
    public synchronized void endTrace(LearningSwitch owner) {
        FastSwitch sw = switches.get(owner);
        try {
            if (sw != null) sw.trace(index -> false);
        } catch (DeviceException e) {
            // A write to a BPF array map is not expected to fail.
            LOG.error("switch {}: some ports stay slow: {}", owner.name(), e.getMessage());
        }
    }

    /** The kernel's counts of a port; all 0 for a port that is not a veth port. */
    public synchronized FastPathCounters counters(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        return sw == null ? FastSwitch.ZERO : sw.counters(index);
    }

    /** A port's part in the fast path; empty if no programs are attached to it. */
    public synchronized Optional<PortShare> share(LearningSwitch owner, int index) {
        FastSwitch sw = switches.get(owner);
        return sw == null ? Optional.empty() : sw.share(index);
    }

    /** How full the kernel's maps are, and the programs; empty while no veth port has been opened. */
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

    /** Copies all changes of the MAC tables that were made before this call to the kernel. */
    public synchronized void sync() {
        switches.values().forEach(sw -> sw.stations().sync());
    }

    /**
     * Copies changes of the MAC tables to the kernel and reads ages, a bounded number of each. Returns whether there is more to do now; if not, the next change wakes the
     * follower thread.
     *
     * @param isBeatDue whether to write the heartbeat
     * @param isSweepDue whether to start reading the ages of all stations
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

    /** The shortest ageing time of all switches with veth ports, in milliseconds; Long.MAX_VALUE if there are none. */
    synchronized long minAgeingMs() {
        return switches.keySet().stream()
                .mapToLong(owner -> owner.snapshot().settings().ageingMs())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Ends without changing anything in the kernel, because another process has taken over the devices or will do so. */
    public void abandon() {
        end(SwitchKernel::close);
    }

    /** Deletes the interfaces of all ports that are not persistent, much faster than closing their devices one by one. The devices must be closed nevertheless. */
    public synchronized void deleteDevices() {
        if (kernel == null) return;
        try {
            kernel.links().deleteAll();
        } catch (DeviceException e) {
            LOG.debug("{}", e.getMessage());
        }
    }

    /** Removes everything from the kernel except persistent pairs. Must be called after the devices are closed. */
    @Override
    public void close() {
        end(used -> used.remove(parked));
    }

    private void end(Consumer<SwitchKernel> last) {
        TableFollower running;
        synchronized (this) {
            running = follower;
        }
        // Without the lock, for which the follower may wait.
        if (running != null) running.close();
        synchronized (this) {
            for (FastSwitch sw : switches.values()) sw.stations().close();
            switches.clear();
            if (kernel != null) last.accept(kernel);
            kernel = null;
        }
    }
}
