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
 * What all veth ports of the daemon share in the kernel: a namespace for their host ends, and the programs and maps. The programs belong to the interfaces, and the
 * maps to the programs: they exist, and forward, as long as the namespace.
 */
final class SwitchKernel implements AutoCloseable {
    /** The map's memory is used only by entries that exist, except for 16 bytes each. */
    static final int MAX_STATIONS = 1 << 18;

    static final int MAX_PORTS = 1 << 13;

    private static final Logger LOG = LoggerFactory.getLogger(SwitchKernel.class);

    private final SwitchNamespace namespace;
    private final SwitchLinks links;
    private final FastPath fastPath;
    private final Attachment attachment;
    /** By host end: the stations that an earlier process put, until the port is attached. */
    private final Map<Integer, List<Station>> inherited = new HashMap<>();
    /** By host end: the numbers of switches in the kernel that an earlier process gave. */
    private final Map<Integer, Integer> inheritedIds = new HashMap<>();
    /** The last heartbeat of the earlier process. */
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
        // Without ports nobody waits for ARP; with them, it is fast until they are attached.
        if (inheritedIds.isEmpty()) fastPath.beat(System.nanoTime());
    }

    /** Takes over what is in the namespace, if an earlier process has left something there. On failure the namespace is still the caller's. */
    static SwitchKernel open(SwitchNamespace namespace, BpfFeatures features) throws DeviceException {
        Attachment attachment = features.has(BpfFeature.TCX) ? Attachment.TCX_DEVICE : Attachment.CLSACT;
        var settings = new FastPathSettings(Optional.empty(), attachment, MAX_STATIONS, MAX_PORTS);
        SwitchLinks links = new SwitchLinks(namespace);
        FastPath fastPath = null;
        try {
            fastPath = attachment == Attachment.TCX_DEVICE ? takeOver(namespace, links, settings) : null;
            if (fastPath == null) fastPath = FastPath.open(settings);
            return new SwitchKernel(namespace, links, fastPath, attachment);
        } catch (DeviceException | RuntimeException e) {
            if (fastPath != null) fastPath.close();
            links.close();
            throw e;
        }
    }

    /** The maps of the first pair that has programs; null if there is none. */
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

    /** tcx or clsact. */
    String attachment() {
        return attachment == Attachment.CLSACT ? "clsact" : "tcx";
    }

    FastPath fastPath() {
        return fastPath;
    }

    /** The number of the switch to which an earlier process attached the port; 0 for none. */
    int inheritedId(int hostEnd) {
        return inheritedIds.getOrDefault(hostEnd, 0);
    }

    /** The largest number of a switch that an earlier process gave. */
    int maxInheritedId() {
        return inheritedIds.values().stream().mapToInt(id -> id).max().orElse(0);
    }

    /** The stations behind a port that an earlier process put; empty at the second call. */
    List<Station> takeInherited(int hostEnd) {
        List<Station> stations = inherited.remove(hostEnd);
        return stations == null ? List.of() : stations;
    }

    /** How long a station had not sent when the earlier process wrote its last heartbeat. Nothing ages while there is none. */
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

    /** Detaches the programs, which works also if the interfaces are gone. */
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

    /** Removes the pairs of earlier processes whose host ends have other names than these. */
    void removeOthers(Set<String> names) throws DeviceException {
        for (Map.Entry<String, Integer> end : links.hostEnds().entrySet()) {
            if (names.contains(end.getKey())) continue;
            LOG.info("a veth pair of an earlier process belongs to no port: deleted");
            for (Station station : takeInherited(end.getValue())) fastPath.remove(station.key());
            remove(end.getValue());
            links.delete(end.getValue());
        }
    }

    /** Closes the descriptors. What is in the namespace goes on as long as somebody holds the namespace. */
    @Override
    public void close() {
        fastPath.close();
        links.close();
        namespace.close();
    }

    /** Removes everything. The devices of ports must be closed. */
    void remove() {
        close();
        try {
            namespace.remove();
        } catch (DeviceException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
