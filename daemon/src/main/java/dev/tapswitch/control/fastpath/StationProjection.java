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
 * One switch's stations in the kernel: a copy of those entries of its MAC table that are on veth ports. A station without a copy goes slow, which is always
 * correct. Not thread-safe: {@link KernelFastPath} guards it.
 */
final class StationProjection implements AutoCloseable {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(LoggerFactory.getLogger(StationProjection.class));
    private static final int FEED_CAPACITY = 4_096;
    /** Changes or ages that one call handles, so that nobody waits long for the lock. */
    private static final int MAX_STEPS = 512;

    private static final int WALK_SLOTS = 1 << 16;

    private final LearningSwitch owner;
    private final int switchId;
    private final FastPath fastPath;
    private final StationBudget budget;
    private final MacFeed feed;
    /** By index. */
    private final Map<Integer, FastPort> ports;

    private final Map<StationKey, Place> stations = new HashMap<>();
    /** The stations whose ages are still to be read. */
    private final Deque<StationKey> unread = new ArrayDeque<>();

    private boolean isStale;

    /** Where a station is. {@code isBound}: a static entry of the table. */
    private record Place(FastPort port, boolean isBound) {}

    /** An entry of the table. */
    private record Entry(int port, boolean isStatic) {}

    /** {@code ports}: by index, as they are; read at each call. */
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

    /** The table may have entries for which there was no port: the next {@link #follow} reads all of it. */
    void portAdded() {
        isStale = true;
    }

    /** Takes all changes that there are now. */
    void sync() {
        while (follow())
            ;
    }

    /** Removes stations of this switch that an earlier process put and the table does not have. */
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

    /** Takes the next changes of the table. Returns whether there may be more. */
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

    /** Asks to be woken by the next change; false if there is one already. */
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

    /** {@code entry}: what the table has for the station now; its port is {@link MacTable#MISS} if that is nothing. */
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

    /** Whether the kernel has made a station slow, as when it moved to and fro. */
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
            // The kernel removes from a hash map by key without allocating: this is not expected.
            LOG.warn("switch " + owner.name() + ": " + MacAddress.format(key.mac()) + " stays in the fast path: "
                    + e.getMessage());
        }
    }

    /** Begins to read the ages of all stations, and follows changed MACs of containers' ends. */
    void beginSweep() {
        if (!unread.isEmpty()) return;
        for (FastPort port : ports.values()) if (port.stations() > 0 && port.readFarEnd()) repeat(port);
        unread.addAll(stations.keySet());
    }

    /** Puts the stations of a port again, whose far end's MAC is another one now. */
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
     * A station that sends by the fast path does not age. One that the kernel suspected of a move which the table refused, as at a learning limit, becomes fast
     * again.
     */
    private void refresh(StationKey key, Place place) {
        try {
            OptionalLong nanos = fastPath.lastSeen(key);
            if (nanos.isEmpty()) {
                // A process that was handing over to this one has removed it.
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

    /** Ends to follow the table. */
    @Override
    public void close() {
        feed.close();
    }
}
