package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.MacWords.LIVE;
import static dev.tapswitch.core.table.MacWords.STATIC;
import static dev.tapswitch.core.table.MacWords.VERSION_MASK;
import static dev.tapswitch.core.table.MacWords.VERSION_SHIFT;
import static dev.tapswitch.core.table.MacWords.ageMs;
import static dev.tapswitch.core.table.MacWords.isExpired;
import static dev.tapswitch.core.table.MacWords.isRefreshed;
import static dev.tapswitch.core.table.MacWords.isSameEntry;
import static dev.tapswitch.core.table.MacWords.isStatic;
import static dev.tapswitch.core.table.MacWords.key;
import static dev.tapswitch.core.table.MacWords.mac;
import static dev.tapswitch.core.table.MacWords.port;
import static dev.tapswitch.core.table.MacWords.portAndTick;
import static dev.tapswitch.core.table.MacWords.vlan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The MAC table (filtering database, IEEE 802.1Q 8.8): which port a station's frames come from, keyed by MAC and VLAN.
 *
 * <p>Lock-free: any number of workers learn and look up while control threads age, flush and list. Bounded: a table has room for
 * {@code capacity} dynamic entries and, apart from them, as many static ones, and never grows. When it, or the two buckets a key may live in, are
 * full, a newcomer takes the place of an entry of the port that is most above its share: see {@link MacEviction}. Where no entry may go, the newcomer is
 * not learned and its frames flood. Nothing is allocated after construction but the per-port counts.
 *
 * <p>A static entry of VLAN 0 binds its MAC in all VLANs: in none of them is the MAC learned on another port, unless a static entry of that
 * VLAN says so.
 *
 * <p>A slot is two {@linkplain MacWords words}. The key word goes {@code EMPTY -> CLAIMED -> key -> EMPTY}; the value word holds port, tick,
 * a static bit, a live bit, and the slot's version, raised by each insertion so that a CAS prepared for one entry can't
 * hit its successor. Who turns the live bit off owns the removal: that makes the counts exact.
 *
 * <p>A reader takes value, key, value again, each read after the one before, and keeps them when the value was live under one version all the
 * while. Then the key is that value's: an insertion writes CLAIMED, value, key in this order, so that who has seen the value sees no earlier entry's key;
 * and a later entry's key is seen only by who then sees the value dead or of a later version. (A version comes again after 16,384
 * insertions into one slot: between two reads that are next to each other, we take that for impossible.)
 *
 * <p>A key has a home slot, and goes there when it is free; else elsewhere in the home's bucket; else in a second bucket. So most are found by one
 * comparison that a processor guesses right.
 *
 * <p>MACs are held in the low 48 bits of a long; {@code nowMs} is any monotonic clock, milliseconds.
 */
public final class MacTable {
    /** No live entry. */
    public static final int MISS = -1;

    /** Learning's outcomes: the entry was there, on this port. */
    public static final int REFRESHED = 0;
    /** A new entry. */
    public static final int LEARNED = 1;
    /** The entry was on another port and is now on this one. */
    public static final int MOVED = 2;
    /** A static entry names this port. */
    public static final int STATIC_HERE = 3;
    /** A static entry names another port: it never moves. */
    public static final int STATIC_ELSEWHERE = 4;
    /** The port has as many entries as it may. */
    public static final int PORT_LIMIT = 5;
    /** There is no room, and no entry that may go for this one. */
    public static final int FULL = 6;

    /** Ports are numbered below this. */
    public static final int MAX_PORTS = 1 << 16;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BUCKET_SLOTS = MacHash.BUCKET_SLOTS;
    private static final int ATTEMPTS = 8;
    private static final long EMPTY = 0;
    private static final long CLAIMED = 1;
    private static final int NOT_FOUND = -1;

    private final int capacity;
    private final long[] words;
    private final MacHash places;

    private final MacCounts counts;
    private final MacEviction eviction;
    private final MacDuplicates duplicates;
    /** Whether a dynamic entry of a VLAN was ever made: until then a new static entry has none to replace there. */
    private volatile boolean hasTagged;

    /** A table for {@code capacity} entries of each kind, with twice as many slots: 32 bytes an entry when capacity is a power of 2. */
    public MacTable(int capacity) {
        if (capacity < 1 || capacity > 1 << 24)
            throw new IllegalArgumentException("MAC capacity must be 1 to 16777216");
        this.capacity = capacity;
        this.counts = new MacCounts(capacity);
        int slots = TableSize.macSlots(capacity);
        this.words = new long[slots * 2];
        this.places = new MacHash(slots);
        this.eviction = new MacEviction(words, counts, this::removeSlot);
        this.duplicates = new MacDuplicates(words, places, this::removeSlot);
    }

    /** The port of a live entry no older than {@code ageingMs}, or {@link #MISS}. Any thread. */
    public int lookup(long mac, int vlan, long nowMs, long ageingMs) {
        long key = key(mac, vlan);
        long hash = places.of(key);
        long value = liveValueAt(places.home(hash), key);
        if (value == 0) value = liveValueElsewhere(hash, key);
        if (value == 0 || isExpired(value, nowMs, ageingMs)) return MISS;
        return port(value);
    }

    /**
     * Learns that {@code mac} sends from {@code port}; returns one of the outcomes above. Any thread.
     *
     * @param limit most entries this port may hold, 0 for no limit; workers that learn on it at once may pass it by one each
     */
    public int learn(long mac, int vlan, int port, int limit, long nowMs, long ageingMs) {
        long key = key(mac, vlan);
        long hash = places.of(key);
        long home = liveValueAt(places.home(hash), key);
        if (isRefreshed(home, port, nowMs)) return REFRESHED;
        if (isStatic(home)) return port(home) == port ? STATIC_HERE : STATIC_ELSEWHERE;
        // A lost race means that another thread changed this very entry: look again. Bounded, as learning is only a
        // hint.
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int slot = find(key, hash);
            int outcome = slot == NOT_FOUND
                    ? insert(key, hash, port, limit, false, nowMs, ageingMs)
                    : refresh(slot, key, port, limit, nowMs);
            if (outcome != NOT_FOUND) return outcome;
        }
        return REFRESHED;
    }

    /** What {@link #learn} would return now, with nothing changed: for explaining. In a full table it takes for granted that an entry may go. */
    public int wouldLearn(long mac, int vlan, int port, int limit) {
        long key = key(mac, vlan);
        int slot = find(key, places.of(key));
        if (slot != NOT_FOUND) {
            long value = valueAcquire(slot);
            if (isStatic(value)) return port(value) == port ? STATIC_HERE : STATIC_ELSEWHERE;
            if (port(value) == port) return REFRESHED;
        }
        if (isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        return slot != NOT_FOUND ? MOVED : LEARNED;
    }

    /** Binds a MAC to a port for good, in place of what was learned; false when there is no room. One control thread at a time. */
    public synchronized boolean addStatic(long mac, int vlan, int port, long nowMs) {
        remove(mac, vlan);
        long key = key(mac, vlan);
        long hash = places.of(key);
        for (int attempt = 0; attempt < 64; attempt++) {
            int outcome = insert(key, hash, port, 0, true, nowMs, Long.MAX_VALUE);
            if (outcome == NOT_FOUND) continue;
            if (outcome == LEARNED && vlan == 0 && hasTagged) removeTagged(mac, port);
            return outcome == LEARNED;
        }
        return false;
    }

    /** Removes what other ports have of a MAC that is now bound. What a worker is learning just now stays until it ages or moves. */
    private void removeTagged(long mac, int port) {
        removeIf((key, value) -> mac(key) == mac && !isStatic(value) && port(value) != port);
    }

    /** Removes an entry, static or not; whether there was one. Any thread. */
    public boolean remove(long mac, int vlan) {
        long key = key(mac, vlan);
        long hash = places.of(key);
        boolean removed = false;
        for (int slot = find(key, hash); slot != NOT_FOUND; slot = find(key, hash)) {
            removed |= removeSlot(slot, liveValueAt(slot, key));
        }
        return removed;
    }

    /**
     * Removes a port's entries; returns how many. A frame that a worker is deciding on meanwhile may be learned after
     * the flush has passed: such an entry ages out, or goes with the next flush.
     */
    public int flushPort(int port, boolean includeStatic) {
        return removeIf((key, value) -> port(value) == port && (includeStatic || !isStatic(value)));
    }

    /** Removes a VLAN's dynamic entries; returns how many. */
    public int flushVlan(int vlan) {
        return removeIf((key, value) -> vlan(key) == vlan && !isStatic(value));
    }

    /** Removes all dynamic entries; returns how many. */
    public int flushDynamic() {
        return removeIf((key, value) -> !isStatic(value));
    }

    /** Removes dynamic entries older than {@code ageingMs}; returns how many. A control thread, every second or so. */
    public int age(long nowMs, long ageingMs) {
        return removeIf((key, value) -> isExpired(value, nowMs, ageingMs));
    }

    /** Entries now, static ones included. */
    public int size() {
        return counts.total();
    }

    /** Most dynamic entries, and most static ones. */
    public int capacity() {
        return capacity;
    }

    /** Entries now on a port, static ones included. */
    public int size(int port) {
        return counts.of(port);
    }

    /**
     * Sets how many dynamic entries a port keeps whatever other ports learn; 0 for an equal part of what such shares leave. One control thread at a
     * time.
     */
    public void setShare(int port, int entries) {
        counts.setShare(port, entries);
    }

    /** How many entries of a port have gone to make room for others. */
    public int evictions(int port) {
        return counts.evictionsOf(port);
    }

    /** Forgets all of a port: its entries, static ones too, its share and its evictions. Its index may serve another port. */
    public void forgetPort(int port) {
        flushPort(port, true);
        counts.forget(port);
    }

    /**
     * Shows the entries of some slots; returns the slot to go on with, -1 at the end. A walk over all slots shows every entry that is there for
     * the whole of it, and perhaps some that come or go meanwhile. Any thread.
     */
    public int forEach(int fromSlot, int slots, long nowMs, MacVisitor visitor) {
        int end = Math.min(words.length / 2, fromSlot + slots);
        for (int slot = fromSlot; slot < end; slot++) {
            long key = keyAcquire(slot);
            long value = key < 0 ? liveValueAt(slot, key) : 0;
            if (value == 0) continue;
            visitor.entry(mac(key), vlan(key), port(value), isStatic(value), ageMs(value, nowMs));
        }
        return end == words.length / 2 ? -1 : end;
    }

    private interface Condition {
        boolean holds(long key, long value);
    }

    /** The entry's value when the slot holds it live, else 0. */
    private long liveValueAt(int slot, long key) {
        long[] words = this.words;
        int at = slot * 2;
        long value = (long) WORD.getAcquire(words, at + 1);
        if ((long) WORD.getAcquire(words, at) != key || value >= 0) return 0;
        // Another port or tick is still the same entry.
        return isSameEntry(value, (long) WORD.getOpaque(words, at + 1)) ? value : 0;
    }

    private long liveValueElsewhere(long hash, long key) {
        // An entry that is found and then gone may have been one of two: two workers learned it at once. The other is
        // there.
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int slot = find(key, hash);
            if (slot == NOT_FOUND) return 0;
            long value = liveValueAt(slot, key);
            if (value != 0) return value;
        }
        return 0;
    }

    /**
     * Where in the bucket the key is, if it is. All four are compared, without a branch: which of them it is can't be predicted, and a wrong
     * guess costs more than the comparisons.
     */
    private int place(int firstSlot, long key) {
        int second = keyAcquire(firstSlot + 1) == key ? 1 : 0;
        int third = keyAcquire(firstSlot + 2) == key ? 2 : 0;
        int fourth = keyAcquire(firstSlot + 3) == key ? 3 : 0;
        return Math.max(second, Math.max(third, fourth));
    }

    private int find(long key, long hash) {
        int slot = findInBucket(places.firstBucket(hash), key);
        return slot != NOT_FOUND ? slot : findInBucket(places.secondBucket(hash), key);
    }

    private int findInBucket(int firstSlot, long key) {
        int slot = firstSlot + place(firstSlot, key);
        if (liveValueAt(slot, key) != 0) return slot;
        if (slot == firstSlot && keyAcquire(slot) != key) return NOT_FOUND;
        for (slot = firstSlot; slot < firstSlot + BUCKET_SLOTS; slot++) {
            if (liveValueAt(slot, key) != 0) return slot;
        }
        return NOT_FOUND;
    }

    /** NOT_FOUND when the slot changed under us. */
    private int refresh(int slot, long key, int port, int limit, long nowMs) {
        long value = valueAcquire(slot);
        if (value >= 0 || keyAcquire(slot) != key) return NOT_FOUND;
        if (isStatic(value)) return port(value) == port ? STATIC_HERE : STATIC_ELSEWHERE;
        long refreshed = value & (VERSION_MASK << VERSION_SHIFT) | LIVE | portAndTick(port, nowMs);
        if (port(value) == port) {
            // Losing this CAS to another worker's refresh, move or removal is as good: theirs is as new.
            if (refreshed != value) WORD.compareAndSet(words, slot * 2 + 1, value, refreshed);
            return REFRESHED;
        }
        if (isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        if (!WORD.compareAndSet(words, slot * 2 + 1, value, refreshed)) return NOT_FOUND;
        counts.moved(port(value), port);
        return MOVED;
    }

    /** Whether the key is of a VLAN, and its MAC bound to another port in all VLANs. */
    private boolean isBoundElsewhere(long key, int port) {
        if (vlan(key) == 0) return false;
        long untagged = key(mac(key), 0);
        int slot = find(untagged, places.of(untagged));
        long value = slot == NOT_FOUND ? 0 : liveValueAt(slot, untagged);
        return isStatic(value) && port(value) != port;
    }

    /** NOT_FOUND when another thread took the slot first, or when room was made: to be tried again. */
    private int insert(long key, long hash, int port, int limit, boolean isStatic, long nowMs, long ageingMs) {
        if (!isStatic && isBoundElsewhere(key, port)) return STATIC_ELSEWHERE;
        if (limit > 0 && counts.of(port) >= limit) return PORT_LIMIT;
        int slot = freeSlot(hash);
        if (slot == NOT_FOUND || counts.isFull(isStatic))
            return makeRoom(hash, slot != NOT_FOUND, port, isStatic, nowMs, ageingMs) ? NOT_FOUND : FULL;
        if (!WORD.compareAndSet(words, slot * 2, EMPTY, CLAIMED)) return NOT_FOUND;
        long version = (valueAcquire(slot) >>> VERSION_SHIFT) + 1 & VERSION_MASK;
        long value = LIVE | (isStatic ? STATIC : 0) | version << VERSION_SHIFT | portAndTick(port, nowMs);
        // Counted before it can be seen, so that no removal counts down first.
        counts.added(port, isStatic);
        if (!isStatic && vlan(key) != 0 && !hasTagged) hasTagged = true;
        WORD.setRelease(words, slot * 2 + 1, value);
        WORD.setRelease(words, slot * 2, key);
        duplicates.remove(slot, key, hash);
        return LEARNED;
    }

    private boolean makeRoom(long hash, boolean hasSlot, int port, boolean isStatic, long nowMs, long ageingMs) {
        int first = places.firstBucket(hash);
        int second = places.secondBucket(hash);
        if (!isStatic) return eviction.makeRoom(first, second, hasSlot, port, nowMs, ageingMs);
        return !counts.isFull(true) && eviction.makeRoomForStatic(first, second, port, nowMs);
    }

    private int freeSlot(long hash) {
        if (keyAcquire(places.home(hash)) == EMPTY) return places.home(hash);
        int slot = freeSlotInBucket(places.firstBucket(hash));
        return slot != NOT_FOUND ? slot : freeSlotInBucket(places.secondBucket(hash));
    }

    private int freeSlotInBucket(int firstSlot) {
        for (int slot = firstSlot; slot < firstSlot + BUCKET_SLOTS; slot++) {
            if (keyAcquire(slot) == EMPTY) return slot;
        }
        return NOT_FOUND;
    }

    private int removeIf(Condition condition) {
        int removed = 0;
        for (int slot = 0; slot < words.length / 2; slot++) {
            if (keyAcquire(slot) < 0 && removeSlotIf(slot, condition)) removed++;
        }
        return removed;
    }

    /** Tries again when a worker refreshed the entry between our look and our CAS: a flush must not miss a busy one. */
    private boolean removeSlotIf(int slot, Condition condition) {
        while (true) {
            long key = keyAcquire(slot);
            long value = key < 0 ? liveValueAt(slot, key) : 0;
            if (value == 0 || !condition.holds(key, value)) return false;
            if (removeSlot(slot, value)) return true;
        }
    }

    /** Whether this call removed the entry whose value is {@code value}. */
    private boolean removeSlot(int slot, long value) {
        long dead = value & (VERSION_MASK << VERSION_SHIFT);
        if (value >= 0 || !WORD.compareAndSet(words, slot * 2 + 1, value, dead)) return false;
        // Ours alone now: nobody else touches a dead slot's key until it is EMPTY.
        WORD.setRelease(words, slot * 2, EMPTY);
        counts.removed(port(value), isStatic(value));
        return true;
    }

    private long keyAcquire(int slot) {
        return (long) WORD.getAcquire(words, slot * 2);
    }

    private long valueAcquire(int slot) {
        return (long) WORD.getAcquire(words, slot * 2 + 1);
    }
}
