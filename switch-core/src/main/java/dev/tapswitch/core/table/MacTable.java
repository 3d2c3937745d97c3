package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacSlots.CLAIMED;
import static dev.tapswitch.core.table.MacSlots.EMPTY;
import static dev.tapswitch.core.table.MacSlots.NOT_FOUND;
import static dev.tapswitch.core.table.MacWords.LIVE;
import static dev.tapswitch.core.table.MacWords.STATIC;
import static dev.tapswitch.core.table.MacWords.VERSION_MASK;
import static dev.tapswitch.core.table.MacWords.VERSION_SHIFT;
import static dev.tapswitch.core.table.MacWords.ageMs;
import static dev.tapswitch.core.table.MacWords.isExpired;
import static dev.tapswitch.core.table.MacWords.isRefreshed;
import static dev.tapswitch.core.table.MacWords.isStatic;
import static dev.tapswitch.core.table.MacWords.key;
import static dev.tapswitch.core.table.MacWords.mac;
import static dev.tapswitch.core.table.MacWords.port;
import static dev.tapswitch.core.table.MacWords.portAndTick;
import static dev.tapswitch.core.table.MacWords.vlan;

import java.util.Arrays;

/**
 * The MAC table (filtering database, IEEE 802.1Q 8.8): the port that a station's frames arrive on, keyed by MAC and VLAN.
 *
 * <p>Lock-free: any number of workers learn and look up while control threads age, flush and list. Bounded: a table holds at most {@code capacity}
 * dynamic entries and, counted separately, as many static ones; it never grows. When the table or both buckets of a key are full, a new entry
 * replaces an entry of the port that is most above its share: see {@link MacEviction}. If no entry may be replaced, the new one is not learned, and
 * frames to it are flooded. Nothing is allocated after construction except the per-port counts.
 *
 * <p>A static entry of VLAN 0 binds its MAC in all VLANs: in none of them is the MAC learned on another port, unless a static entry of that
 * VLAN allows it.
 *
 * <p>{@link MacSlots} describes the memory layout and why readers need no lock; {@link MacFeed} reports the changes.
 *
 * <p>MACs are held in the low 48 bits of a long; {@code nowMs} is any monotonic clock, milliseconds. Thread-safe.
 */
public final class MacTable {
    /** No live entry. */
    public static final int MISS = -1;

    /** Outcome of learning: the entry existed on this port. */
    public static final int REFRESHED = 0;
    /** Outcome of learning: a new entry. */
    public static final int LEARNED = 1;
    /** Outcome of learning: the entry was on another port and is on this one now. */
    public static final int MOVED = 2;
    /** Outcome of learning: a static entry of this port exists. */
    public static final int STATIC_HERE = 3;
    /** Outcome of learning: a static entry of another port exists, which never moves. */
    public static final int STATIC_ELSEWHERE = 4;
    /** Outcome of learning: the port is at its limit. */
    public static final int PORT_LIMIT = 5;
    /** Outcome of learning: the table is full, and no entry may be replaced by this one. */
    public static final int FULL = 6;

    /** Port indexes are smaller than this. */
    public static final int MAX_PORTS = 1 << 16;

    private static final int MAX_ATTEMPTS = 8;
    private static final int MAX_STATIC_ATTEMPTS = 64;

    private final int capacity;
    private final MacSlots slots;
    private final MacHash hash;
    private final MacCounts counts;
    private final MacEviction eviction;
    private final MacDuplicates duplicates;
    /** Whether a dynamic entry with a VLAN was ever added. Until then a new static entry has none to replace. */
    private volatile boolean hasTagged;

    /**
     * Replaced as a whole. Each change of a slot ends with a volatile access or a full fence before this is loaded, so that a change which misses a
     * new feed is visible to the walk that the feed starts with.
     */
    private volatile MacFeed[] feeds = {};

    /** A table for {@code capacity} entries of each kind, with twice as many slots: 32 bytes per entry if capacity is a power of 2. */
    public MacTable(int capacity) {
        if (capacity < 1 || capacity > 1 << 24)
            throw new IllegalArgumentException("MAC capacity must be 1 to 16777216");
        this.capacity = capacity;
        this.counts = new MacCounts(capacity);
        this.slots = new MacSlots(TableSize.macSlots(capacity));
        this.hash = slots.hash();
        this.eviction = new MacEviction(slots, counts, this::removeSlot);
        this.duplicates = new MacDuplicates(slots, this::removeSlot);
    }

    /** The port of a live entry no older than {@code ageingMs}, or {@link #MISS}. */
    public int lookup(long mac, int vlan, long nowMs, long ageingMs) {
        long key = key(mac, vlan);
        long hashed = hash.of(key);
        long value = slots.liveValueAtHome(key, hashed);
        if (value == 0) value = slots.liveValue(key, hashed);
        if (value == 0 || isExpired(value, nowMs, ageingMs)) return MISS;
        return port(value);
    }

    /**
     * Learns that the station {@code mac} is on {@code port}. Returns an outcome: {@link #REFRESHED} or one of the constants after it.
     *
     * @param limit maximum number of entries of this port, 0 for no limit; workers that learn on the port concurrently may exceed it by one each
     */
    public int learn(long mac, int vlan, int port, int limit, long nowMs, long ageingMs) {
        long key = key(mac, vlan);
        long hashed = hash.of(key);
        long home = slots.liveValueAtHome(key, hashed);
        if (isRefreshed(home, port, nowMs)) return REFRESHED;
        if (isStatic(home)) return port(home) == port ? STATIC_HERE : STATIC_ELSEWHERE;
        // After a lost race another thread has changed this entry: try again. The number of attempts is bounded, as a
        // later frame can be learned instead.
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            int slot = slots.find(key, hashed);
            int outcome = slot == NOT_FOUND
                    ? insert(key, hashed, port, limit, false, nowMs, ageingMs)
                    : refresh(slot, key, port, limit, nowMs);
            if (outcome != NOT_FOUND) return outcome;
        }
        return REFRESHED;
    }

    /**
     * Records that a station sent a frame at {@code seenMs} that the kernel's fast path forwarded, so that no worker learned from it. Changes nothing
     * if the table has no dynamic entry of the station on this port, or one that is at least as recent.
     */
    public void refresh(long mac, int vlan, int port, long seenMs) {
        long key = key(mac, vlan);
        long value = slots.liveValue(key, hash.of(key));
        if (value == 0 || isStatic(value) || port(value) != port || ageMs(value, seenMs) == 0) return;
        int slot = slots.find(key, hash.of(key));
        if (slot == NOT_FOUND) return;
        // If this CAS fails, another thread has just refreshed, moved or removed the entry. That change is at least as
        // recent.
        long refreshed = value & (VERSION_MASK << VERSION_SHIFT) | LIVE | portAndTick(port, seenMs);
        slots.compareAndSetValue(slot, value, refreshed);
    }

    /** What {@link #learn} would return now; changes nothing. Assumes that a full table has an entry that may be replaced. */
    public int wouldLearn(long mac, int vlan, int port, int limit) {
        long key = key(mac, vlan);
        int slot = slots.find(key, hash.of(key));
        if (slot != NOT_FOUND) {
            long value = slots.value(slot);
            if (isStatic(value)) return port(value) == port ? STATIC_HERE : STATIC_ELSEWHERE;
            if (port(value) == port) return REFRESHED;
        }
        if (isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        return slot != NOT_FOUND ? MOVED : LEARNED;
    }

    /**
     * Binds a MAC to a port and replaces a learned entry; false if there is no space. Must be called by control threads; concurrent calls wait for
     * each other.
     */
    public synchronized boolean addStatic(long mac, int vlan, int port, long nowMs) {
        remove(mac, vlan);
        long key = key(mac, vlan);
        long hashed = hash.of(key);
        for (int attempt = 0; attempt < MAX_STATIC_ATTEMPTS; attempt++) {
            int outcome = insert(key, hashed, port, 0, true, nowMs, Long.MAX_VALUE);
            if (outcome == NOT_FOUND) continue;
            if (outcome == LEARNED && vlan == 0 && hasTagged) removeTagged(mac, port);
            return outcome == LEARNED;
        }
        return false;
    }

    /** Removes other ports' dynamic entries of a MAC that is bound now. An entry that a worker is inserting concurrently stays until it ages out or moves. */
    private void removeTagged(long mac, int port) {
        removeIf(MacEvent.REMOVED, (key, value) -> mac(key) == mac && !isStatic(value) && port(value) != port);
    }

    /** Removes an entry, static or not; returns whether there was one. */
    public boolean remove(long mac, int vlan) {
        long key = key(mac, vlan);
        long hashed = hash.of(key);
        boolean removed = false;
        for (int slot = slots.find(key, hashed); slot != NOT_FOUND; slot = slots.find(key, hashed)) {
            removed |= removeSlot(slot, slots.liveValueAt(slot, key), MacEvent.REMOVED);
        }
        return removed;
    }

    /**
     * Removes a port's entries; returns how many. A concurrent frame may be learned after the flush has passed its slot: such an entry ages out or
     * is removed by the next flush.
     */
    public int flushPort(int port, boolean includeStatic) {
        return removeIf(MacEvent.FLUSHED, (key, value) -> port(value) == port && (includeStatic || !isStatic(value)));
    }

    /** Removes a VLAN's dynamic entries; returns how many. */
    public int flushVlan(int vlan) {
        return removeIf(MacEvent.FLUSHED, (key, value) -> vlan(key) == vlan && !isStatic(value));
    }

    /** Removes all dynamic entries; returns how many. */
    public int flushDynamic() {
        return removeIf(MacEvent.FLUSHED, (key, value) -> !isStatic(value));
    }

    /** Removes dynamic entries older than {@code ageingMs}; returns how many. Must be called by a control thread, about once a second. */
    public int age(long nowMs, long ageingMs) {
        return removeIf(MacEvent.AGED, (key, value) -> isExpired(value, nowMs, ageingMs));
    }

    /** Current number of entries, static ones included. */
    public int size() {
        return counts.total();
    }

    /** Maximum number of dynamic entries, and of static ones. */
    public int capacity() {
        return capacity;
    }

    /** Current number of entries of a port, static ones included. */
    public int size(int port) {
        return counts.of(port);
    }

    /**
     * Sets how many dynamic entries a port keeps regardless of what other ports learn; 0 for an equal part of what such shares leave. Must be called
     * by one control thread at a time.
     */
    public void setShare(int port, int entries) {
        counts.setShare(port, entries);
    }

    /** Number of entries of a port that were evicted from the full table. */
    public int evictions(int port) {
        return counts.evictionsOf(port);
    }

    /** Removes everything about a port: its entries, including static ones, its share and its evictions. Its index may be reused for another port. */
    public void forgetPort(int port) {
        flushPort(port, true);
        counts.forget(port);
    }

    /**
     * Visits the entries of some slots; returns the slot to continue with, -1 at the end. A walk over all slots visits every entry that exists for its
     * whole duration, and perhaps some that are added or removed concurrently.
     */
    public int forEach(int fromSlot, int count, long nowMs, MacVisitor visitor) {
        int end = (int) Math.min(slots.count(), (long) fromSlot + count);
        for (int slot = fromSlot; slot < end; slot++) {
            long key = slots.key(slot);
            long value = key < 0 ? slots.liveValueAt(slot, key) : 0;
            if (value == 0) continue;
            visitor.entry(mac(key), vlan(key), port(value), isStatic(value), ageMs(value, nowMs));
        }
        return end == slots.count() ? -1 : end;
    }

    /**
     * Opens a feed of the changes from now on. The first thing it reports is {@link MacEvent#RESYNC}.
     *
     * @param capacity maximum number of queued changes, a power of two
     * @param wake wakes the reader after {@link MacFeed#arm}; runs on a worker, so it must not block, like {@link
     *     java.util.concurrent.locks.LockSupport#unpark}
     */
    public synchronized MacFeed subscribe(int capacity, Runnable wake) {
        MacFeed feed = new MacFeed(this, capacity, wake);
        MacFeed[] more = Arrays.copyOf(feeds, feeds.length + 1);
        more[feeds.length] = feed;
        feeds = more;
        return feed;
    }

    synchronized void unsubscribe(MacFeed feed) {
        feeds = Arrays.stream(feeds).filter(each -> !each.equals(feed)).toArray(MacFeed[]::new);
    }

    /** The value of a key's live entry, however old; 0 if there is none. */
    long liveValue(long key) {
        return slots.liveValue(key, hash.of(key));
    }

    private interface Condition {
        boolean holds(long key, long value);
    }

    /** NOT_FOUND if the slot was changed concurrently. */
    private int refresh(int slot, long key, int port, int limit, long nowMs) {
        long value = slots.value(slot);
        if (value >= 0 || slots.key(slot) != key) return NOT_FOUND;
        if (isStatic(value)) return port(value) == port ? STATIC_HERE : STATIC_ELSEWHERE;
        long refreshed = value & (VERSION_MASK << VERSION_SHIFT) | LIVE | portAndTick(port, nowMs);
        if (port(value) == port) {
            // If this CAS fails, another worker has just refreshed, moved or removed the entry. That change is as
            // recent.
            if (refreshed != value) slots.compareAndSetValue(slot, value, refreshed);
            return REFRESHED;
        }
        if (isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        if (!slots.compareAndSetValue(slot, value, refreshed)) return NOT_FOUND;
        counts.moved(port(value), port);
        publish(MacEvent.MOVED, key, port);
        return MOVED;
    }

    /** Whether the key has a VLAN, and its MAC is bound to another port in all VLANs. */
    private boolean isBoundElsewhere(long key, int port) {
        if (vlan(key) == 0) return false;
        long untagged = key(mac(key), 0);
        int slot = slots.find(untagged, hash.of(untagged));
        long value = slot == NOT_FOUND ? 0 : slots.liveValueAt(slot, untagged);
        return isStatic(value) && port(value) != port;
    }

    /** NOT_FOUND if another thread took the slot first, or if an entry was evicted: the caller must try again. */
    private int insert(long key, long hashed, int port, int limit, boolean isStatic, long nowMs, long ageingMs) {
        if (!isStatic && isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        int slot = slots.freeSlot(hashed);
        if (slot == NOT_FOUND || counts.isFull(isStatic))
            return evict(hashed, slot != NOT_FOUND, port, isStatic, nowMs, ageingMs) ? NOT_FOUND : FULL;
        if (!slots.compareAndSetKey(slot, EMPTY, CLAIMED)) return NOT_FOUND;
        long version = (slots.value(slot) >>> VERSION_SHIFT) + 1 & VERSION_MASK;
        long value = LIVE | (isStatic ? STATIC : 0) | version << VERSION_SHIFT | portAndTick(port, nowMs);
        // Counted before the entry is visible, so that no removal is counted first.
        counts.added(port, isStatic);
        if (!isStatic && vlan(key) != 0 && !hasTagged) hasTagged = true;
        slots.setValue(slot, value);
        slots.setKey(slot, key);
        duplicates.remove(slot, key, hashed);
        publish(isStatic ? MacEvent.ADDED : MacEvent.LEARNED, key, port);
        return LEARNED;
    }

    /** Whether the caller should try again: an entry was evicted, or was changed by another thread. */
    private boolean evict(long hashed, boolean hasSlot, int port, boolean isStatic, long nowMs, long ageingMs) {
        int first = hash.firstBucket(hashed);
        int second = hash.secondBucket(hashed);
        if (!isStatic) return eviction.evict(first, second, hasSlot, port, nowMs, ageingMs);
        return !counts.isFull(true) && eviction.evictForStatic(first, second, port, nowMs);
    }

    private int removeIf(MacEvent event, Condition condition) {
        int removed = 0;
        for (int slot = 0; slot < slots.count(); slot++) {
            if (slots.key(slot) < 0 && removeSlotIf(slot, event, condition)) removed++;
        }
        return removed;
    }

    /** Tries again if a worker refreshed the entry between the load and the CAS, so that a flush does not miss a busy entry. */
    private boolean removeSlotIf(int slot, MacEvent event, Condition condition) {
        while (true) {
            long key = slots.key(slot);
            long value = key < 0 ? slots.liveValueAt(slot, key) : 0;
            if (value == 0 || !condition.holds(key, value)) return false;
            if (removeSlot(slot, value, event)) return true;
        }
    }

    /** Whether this call removed the entry whose value is {@code value}. */
    private boolean removeSlot(int slot, long value, MacEvent event) {
        long dead = value & (VERSION_MASK << VERSION_SHIFT);
        if (value >= 0 || !slots.compareAndSetValue(slot, value, dead)) return false;
        // From here on this thread owns the slot: nobody else writes a dead slot's key until it is EMPTY.
        long key = slots.key(slot);
        slots.setKey(slot, EMPTY);
        counts.removed(port(value), isStatic(value));
        publish(event, key, port(value));
        return true;
    }

    private void publish(MacEvent event, long key, int port) {
        for (MacFeed feed : feeds) feed.publish(event, key, port);
    }
}
