package dev.tapswitch.control.fastpath;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.MacChange;
import dev.tapswitch.core.table.MacEvent;
import dev.tapswitch.core.table.MacFeed;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.dataplane.fastpath.FastPath;
import dev.tapswitch.dataplane.fastpath.StationKey;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Copies those entries of one switch's MAC table that are on veth ports to the kernel's map of stations. Frames of a station that is not in the map go to userspace,
 * which is always correct. Not thread-safe: {@link KernelFastPath} guards it.
 */
final class StationProjection implements AutoCloseable {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(LoggerFactory.getLogger(StationProjection.class));
    private static final int FEED_CAPACITY = 4_096;
    /** The maximum number of changes or ages that one call handles, so that other threads do not wait long for the lock. */
    private static final int MAX_STEPS = 512;

    /** The number of slots of the MAC table that one step of a walk visits. */
    private static final int WALK_SLOTS = 1 << 16;

    private final LearningSwitch owner;
    private final int switchId;
    private final FastPath fastPath;
    private final StationBudget budget;
    private final MacFeed feed;
    /** The switch's ports with attached programs, by port index. {@link FastSwitch} changes this map. */
    private final Map<Integer, FastPort> ports;

    private final Map<StationKey, Place> stations = new HashMap<>();
    /** The stations whose ages are still to be read. */
    private final Deque<StationKey> unread = new ArrayDeque<>();

    /** Whether the next {@link #follow} must read the whole table. */
    private boolean isStale;

    /** The location of a station. {@code isBound}: whether the table's entry is static. */
    private record Place(FastPort port, boolean isBound) {}

    /** An entry of the table. */
    private record Entry(int port, boolean isStatic) {}

    /** {@code ports}: the switch's ports with attached programs, by port index; read at each call. {@code wake}: see {@link MacTable#subscribe}. */
    StationProjection(
            LearningSwitch owner,
            int switchId,
            FastPath fastPath,
            StationBudget budget,
            Map<Integer, FastPort> ports,
            Runnable wake) {
        this.owner = owner;
        this.switchId = switchId;
        this.fastPath = fastPath;
        this.budget = budget;
        this.ports = ports;
        this.feed = owner.macTable().subscribe(FEED_CAPACITY, wake);
    }

    /** Must be called after a port was added: the table may have older entries on it, so the next {@link #follow} reads the whole table. */
    void portAdded() {
        isStale = true;
    }

    /** Copies all changes that are queued now. */
    void sync() {
        while (follow())
            ;
    }

    /** Removes stations behind this switch's ports that an earlier process put and that the table does not have. */
    void removeUnknown() throws DeviceException {
        sync();
        Set<Integer> hostEnds = ports.values().stream().map(FastPort::hostEnd).collect(Collectors.toSet());
        List<StationKey> unknown = new ArrayList<>();
        fastPath.forEachStation(station -> {
            if (hostEnds.contains(station.hostEnd()) && !stations.containsKey(station.key()))
                unknown.add(station.key());
        });
        for (StationKey key : unknown) fastPath.remove(key);
    }

    /** Removes the stations behind a port, which is not to be used any more. */
    void portRemoved(FastPort port) {
        List<StationKey> behind = stations.entrySet().stream()
                .filter(station -> station.getValue().port() == port)
                .map(Map.Entry::getKey)
                .toList();
        behind.forEach(this::remove);
    }

    /** Copies the next changes of the table. Returns whether there may be more. */
    boolean follow() {
        if (isStale) resync();
        for (int i = 0; i < MAX_STEPS; i++) {
            MacChange change = feed.poll();
            if (change == null) return false;
            if (change.event() == MacEvent.RESYNC) resync();
            else
                set(new StationKey(change.mac(), change.vlan(), switchId), new Entry(change.port(), change.isStatic()));
        }
        return true;
    }

    /** Requests a wake-up by the next change. Returns false, and requests nothing, if there is work already. */
    boolean arm() {
        return !isStale && feed.arm();
    }

    private void resync() {
        isStale = false;
        Map<StationKey, Entry> wanted = new HashMap<>();
        int slot = 0;
        do {
            slot = owner.macTable().forEach(slot, WALK_SLOTS, 0, (mac, vlan, port, isStatic, _) -> {
                if (ports.containsKey(port)) wanted.put(new StationKey(mac, vlan, switchId), new Entry(port, isStatic));
            });
        } while (slot >= 0);
        for (StationKey key : List.copyOf(stations.keySet())) if (!wanted.containsKey(key)) remove(key);
        wanted.forEach(this::set);
    }

    /** Updates the kernel's copy of a station. {@code entry}: the table's current entry; its port is {@link MacTable#MISS} if the table has none. */
    private void set(StationKey key, Entry entry) {
        FastPort port = ports.get(entry.port());
        Place before = stations.get(key);
        if (before != null && before.port() != port) {
            remove(key);
            before = null;
        }
        if (port == null || before == null && !budget.admits(port)) return;
        Place place = new Place(port, entry.isStatic());
        if (!place.equals(before) || isSlow(key)) put(key, place);
    }

    /** Whether the kernel sends the station's frames to userspace, as it does once one of them arrives on another port. */
    private boolean isSlow(StationKey key) {
        try {
            return fastPath.isSlow(key);
        } catch (DeviceException e) {
            return true;
        }
    }

    private void put(StationKey key, Place place) {
        FastPort port = place.port();
        if (!port.isFarEnd(key.mac())) port.readFarEnd();
        try {
            fastPath.put(key, port.hostEnd(), port.isFarEnd(key.mac()), false, place.isBound());
            if (stations.put(key, place) == null) budget.added(port);
        } catch (DeviceException e) {
            LOG.warn("switch " + owner.name() + ": frames of " + MacAddress.format(key.mac())
                    + " do not take the fast path: " + e.getMessage());
        }
    }

    private void remove(StationKey key) {
        budget.removed(stations.remove(key).port());
        try {
            fastPath.remove(key);
        } catch (DeviceException e) {
            // Deleting a key from a BPF hash map allocates no memory, so it is not expected to fail.
            LOG.warn("switch " + owner.name() + ": " + MacAddress.format(key.mac()) + " stays in the fast path: "
                    + e.getMessage());
        }
    }

    /** Starts reading the ages of all stations, and updates those behind a far end whose MAC has changed. Does nothing while ages are still to be read. */
    void beginSweep() {
        if (!unread.isEmpty()) return;
        for (FastPort port : ports.values()) if (port.stations() > 0 && port.readFarEnd()) repeat(port);
        unread.addAll(stations.keySet());
    }

    /** Writes the stations of a port to the kernel again, because the MAC of its far end has changed. */
    private void repeat(FastPort port) {
        stations.forEach((key, place) -> {
            if (place.port() == port) put(key, place);
        });
    }

    /** Reads some ages. Returns whether there are more to read. */
    boolean sweep() {
        for (int i = 0; i < MAX_STEPS && !unread.isEmpty(); i++) {
            StationKey key = unread.poll();
            Place place = stations.get(key);
            if (place != null) refresh(key, place);
        }
        return !unread.isEmpty();
    }

    /**
     * Copies the time of a station's last fast frame to the table, so that the entry does not age out while the station sends. Makes the station fast again if the kernel
     * made it slow because a frame of it arrived on another port, but the table refused the move, for example because of a learning limit.
     */
    private void refresh(StationKey key, Place place) {
        try {
            OptionalLong nanos = fastPath.lastSeen(key);
            if (nanos.isEmpty()) {
                // The predecessor removed it during the hand-over.
                put(key, place);
                return;
            }
            owner.macTable().refresh(key.mac(), key.vlan(), place.port().index(), nanos.getAsLong() / 1_000_000);
            if (isSlow(key)) put(key, place);
        } catch (DeviceException e) {
            LOG.warn("switch " + owner.name() + ": the age of " + MacAddress.format(key.mac()) + " can't be read: "
                    + e.getMessage());
        }
    }

    /** Ends the subscription to the table's changes. The kernel's stations stay as they are. */
    @Override
    public void close() {
        feed.close();
    }
}
