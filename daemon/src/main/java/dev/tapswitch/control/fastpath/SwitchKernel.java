package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPath;
import dev.tapswitch.dataplane.fastpath.FastPath.Station;
import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.dataplane.fastpath.FastPathSettings;
import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.linux.bpf.BpfFeature;
import dev.tapswitch.linux.bpf.BpfFeatures;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.ParkedEnds;
import dev.tapswitch.linux.veth.SwitchLinks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel objects that all veth ports of the daemon share: a namespace for their host ends, the programs, and the maps. The interfaces hold references to the
 * programs, and the programs to the maps, so that they exist, and forward frames, as long as the namespace exists. Not thread-safe: {@link KernelFastPath} guards it.
 */
final class SwitchKernel implements AutoCloseable {
    /** The capacity of the map of stations. The kernel reserves 16 bytes for each possible entry, and allocates the rest of an entry when it is added. */
    static final int MAX_STATIONS = 1 << 18;

    static final int MAX_PORTS = 1 << 13;

    private static final Logger LOG = LoggerFactory.getLogger(SwitchKernel.class);

    private final SwitchNamespace namespace;
    private final SwitchLinks links;
    private final FastPath fastPath;
    private final Attachment attachment;
    /** By the interface index of the host end: the stations that an earlier process added. They are removed when the port is attached. */
    private final Map<Integer, List<Station>> inherited = new HashMap<>();
    /** By the interface index of the host end: the id of the port's switch in an earlier process. */
    private final Map<Integer, Integer> inheritedIds = new HashMap<>();
    /** The last heartbeat of the earlier process, in nanoseconds of CLOCK_MONOTONIC. */
    private final long inheritedHeartbeat;

    private SwitchKernel(SwitchNamespace namespace, SwitchLinks links, FastPath fastPath, Attachment attachment)
            throws DeviceException {
        this.namespace = namespace;
        this.links = links;
        this.fastPath = fastPath;
        this.attachment = attachment;
        this.inheritedHeartbeat = fastPath.heartbeat();
        for (FastPathPort port : fastPath.ports()) inheritedIds.put(port.hostEnd(), port.switchId());
        fastPath.forEachStation(station -> inherited
                .computeIfAbsent(station.hostEnd(), _ -> new ArrayList<>())
                .add(station));
        // Without inherited ports, the heartbeat starts here. With them, the old one stays, so that the kernel still
        // forwards ARP and Neighbour Discovery (see FastPath.beat) until the ports are attached.
        if (inheritedIds.isEmpty()) fastPath.beat(System.nanoTime());
    }

    /**
     * Opens the fast path in a namespace and takes over what an earlier process has left there. On success the returned object owns the namespace; on
     * failure the caller still owns it.
     */
    static SwitchKernel open(SwitchNamespace namespace, BpfFeatures features) throws DeviceException {
        Attachment attachment = attachment(features);
        var settings = new FastPathSettings(Optional.empty(), attachment, MAX_STATIONS, MAX_PORTS);
        SwitchLinks links = new SwitchLinks(namespace);
        FastPath fastPath = null;
        try {
            fastPath = takeOver(namespace, links, settings);
            if (fastPath == null) fastPath = FastPath.open(settings);
            return new SwitchKernel(namespace, links, fastPath, attachment);
        } catch (DeviceException | RuntimeException e) {
            if (fastPath != null) fastPath.close();
            links.close();
            throw e;
        }
    }

    private static Attachment attachment(BpfFeatures features) {
        if (!features.has(BpfFeature.TCX)) return Attachment.CLSACT;
        return features.has(BpfFeature.CLSACT) ? Attachment.MIXED : Attachment.TCX_DEVICE;
    }

    /** Takes over the maps of the first veth pair that has programs. Returns null if no pair has programs. */
    private static FastPath takeOver(SwitchNamespace namespace, SwitchLinks links, FastPathSettings settings)
            throws DeviceException {
        for (int hostEnd : links.hostEnds().values()) {
            FastPath found = namespace.call(() -> FastPath.takeOver(settings, hostEnd));
            if (!found.ports().isEmpty()) return found;
            found.close();
        }
        return null;
    }

    SwitchNamespace namespace() {
        return namespace;
    }

    SwitchLinks links() {
        return links;
    }

    /** How the programs are attached to interfaces: tcx or clsact. */
    String attachment() {
        return attachment == Attachment.CLSACT ? "clsact" : "tcx";
    }

    FastPath fastPath() {
        return fastPath;
    }

    /** The id of the switch to which an earlier process attached the port; 0 for none. */
    int inheritedId(int hostEnd) {
        return inheritedIds.getOrDefault(hostEnd, 0);
    }

    /** The largest id that an earlier process gave to a switch; 0 for none. */
    int maxInheritedId() {
        return inheritedIds.values().stream().mapToInt(id -> id).max().orElse(0);
    }

    /** Returns the stations that an earlier process added for a port. A second call returns none. */
    List<Station> takeInherited(int hostEnd) {
        List<Station> stations = inherited.remove(hostEnd);
        return stations == null ? List.of() : stations;
    }

    /** The age, in milliseconds, that a station had at the earlier process's last heartbeat. The time since then does not count: the kernel stamps frames with the heartbeat. */
    long silentMs(Station station) throws DeviceException {
        long seen = fastPath.lastSeen(station.key()).orElse(inheritedHeartbeat);
        return Math.max(0, inheritedHeartbeat - seen) / 1_000_000;
    }

    /** Attaches the programs to a port's interfaces. */
    void add(FastPathPort port) throws DeviceException {
        namespace.call(() -> {
            fastPath.add(port);
            return null;
        });
    }

    /** Detaches the programs from a port's interfaces, which may be gone already. Failures are logged. */
    void remove(int hostEnd) {
        try {
            namespace.call(() -> {
                fastPath.remove(hostEnd);
                return null;
            });
        } catch (DeviceException e) {
            LOG.warn("the fast path's programs cannot be detached from interface {}: {}", hostEnd, e.getMessage());
        }
    }

    /** Removes all veth pairs of earlier processes, except those whose host ends have these names. */
    void removeOthers(Set<String> names) throws DeviceException {
        for (Map.Entry<String, Integer> end : links.hostEnds().entrySet()) {
            if (names.contains(end.getKey())) continue;
            LOG.info("a veth pair of an earlier process belongs to no port: deleted");
            for (Station station : takeInherited(end.getValue())) fastPath.remove(station.key());
            remove(end.getValue());
            links.delete(end.getValue());
        }
    }

    /** Closes the descriptors. The ports continue to forward as long as a mount or another process keeps the namespace. */
    @Override
    public void close() {
        fastPath.close();
        links.close();
        namespace.close();
    }

    /** Without its programs, which would find other interfaces under the indexes in their maps. */
    private void park(int hostEnd, ParkedEnds parked) {
        remove(hostEnd);
        try {
            parked.park(links, hostEnd);
        } catch (DeviceException e) {
            LOG.warn("the interface of a container is deleted: {}", e.getMessage());
        }
    }

    /** Closes the descriptors and removes the namespace with all that is in it, except persistent pairs. The ports' devices must be closed before. */
    void remove(ParkedEnds parked) {
        try {
            // Only persistent pairs are still there: closing their ports has deleted all others.
            for (int hostEnd : links.hostEnds().values()) park(hostEnd, parked);
        } catch (DeviceException e) {
            LOG.warn("the interfaces of containers are deleted: {}", e.getMessage());
        }
        close();
        try {
            namespace.remove();
        } catch (DeviceException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
