package dev.tapswitch.core.table;

import static dev.tapswitch.core.table.NeighbourWords.NO_PORT;
import static dev.tapswitch.core.table.NeighbourWords.ageOf;
import static dev.tapswitch.core.table.NeighbourWords.dynamicMeta;
import static dev.tapswitch.core.table.NeighbourWords.isAtOrAfter;
import static dev.tapswitch.core.table.NeighbourWords.isExpired;
import static dev.tapswitch.core.table.NeighbourWords.isOlder;
import static dev.tapswitch.core.table.NeighbourWords.isStatic;
import static dev.tapswitch.core.table.NeighbourWords.mac;
import static dev.tapswitch.core.table.NeighbourWords.macVlan;
import static dev.tapswitch.core.table.NeighbourWords.port;
import static dev.tapswitch.core.table.NeighbourWords.staticMeta;
import static dev.tapswitch.core.table.NeighbourWords.vlan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The neighbour table: the MAC of an IP address in a VLAN, learned from ARP (RFC 826) and Neighbour Discovery (RFC 4861). The port of the MAC is in
 * the MAC table, so a neighbour follows the moves of its station.
 *
 * <p>Addresses are two big-endian halves; an IPv4 address is mapped to IPv6 (::ffff:a.b.c.d). Lookups are lock-free and never write. There is one
 * writer at a time: a worker that finds another thread writing skips its learning, because a later frame can be learned instead, and never waits;
 * control threads wait.
 *
 * <p>Bounded, and fair between ports: when there is no space, a new entry replaces an expired entry, or else the oldest entry of the port that has
 * most entries. If the new entry's own port has about as many, the new entry is not learned. So a port that fills the table loses its own entries
 * first. The table holds up to {@code capacity} static entries in addition; a static entry may replace a dynamic one. {@code nowMs} is any monotonic
 * clock, milliseconds. Thread-safe.
 */
public final class NeighbourTable {
    /** No live entry. */
    public static final long MISS = -1;
    /** A flag in the result of {@link #owner}: the entry is static. The low 48 bits are the MAC. */
    public static final long BOUND = 1L << 48;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    /** A slot: sequence (odd while written), address, MAC + VLAN, meta (live, static, port, tick); three words of padding make it a cache line. */
    static final int SLOT_WORDS = 8;

    private static final int SEQUENCE = 0;
    private static final int HI = 1;
    private static final int LO = 2;
    private static final int MAC_VLAN = 3;
    private static final int META = 4;

    /** The number of slots, from its hash on, where an address may be stored. */
    static final int WINDOW = 8;

    /** The number of further slots that are searched for an entry to evict when the table is full. */
    private static final int SWEEP = 64;

    private static final int NOT_FOUND = -1;

    private final int capacity;
    private final int slots;
    private final long[] words;
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final AtomicBoolean writing = new AtomicBoolean();

    private final AtomicInteger dynamics = new AtomicInteger();
    private final AtomicInteger statics = new AtomicInteger();
    private final PortCounts portCounts = new PortCounts();
    /** The slot where the last search ended. Guarded by {@code writing}. */
    private int hand;

    /** A table for {@code capacity} dynamic entries and as many static ones, with at least twice as many slots as either. */
    public NeighbourTable(int capacity) {
        if (capacity < 1 || capacity > 1 << 22)
            throw new IllegalArgumentException("neighbour capacity must be 1 to 4194304");
        this.capacity = capacity;
        this.slots = TableSize.neighbourSlots(capacity);
        this.words = new long[slots * SLOT_WORDS];
    }

    /** The MAC of a live neighbour no older than {@code ageingMs}, or {@link #MISS}. */
    public long lookup(long hi, long lo, int vlan, long nowMs, long ageingMs) {
        long owner = owner(hi, lo, vlan, nowMs, ageingMs);
        return owner == MISS ? MISS : owner & ~BOUND;
    }

    /** Like {@link #lookup}, with {@link #BOUND} set if the entry is static. */
    public long owner(long hi, long lo, int vlan, long nowMs, long ageingMs) {
        int first = home(hi, lo, vlan);
        for (int i = 0; i < WINDOW; i++) {
            int base = base(first + i);
            long sequence = (long) WORD.getAcquire(words, base + SEQUENCE);
            long macVlan = opaque(base + MAC_VLAN);
            long meta = opaque(base + META);
            boolean matches = meta < 0 && opaque(base + HI) == hi && opaque(base + LO) == lo && vlan(macVlan) == vlan;
            VarHandle.acquireFence();
            if (!matches || (sequence & 1) != 0 || opaque(base + SEQUENCE) != sequence) continue;
            if (isExpired(meta, nowMs, ageingMs)) return MISS;
            return isStatic(meta) ? mac(macVlan) | BOUND : mac(macVlan);
        }
        return MISS;
    }

    /** The time since a neighbour's last message, milliseconds with the resolution of a tick (128 ms); -1 if there is no entry. */
    public long ageMs(long hi, long lo, int vlan, long nowMs) {
        int slot = find(hi, lo, vlan);
        return slot == NOT_FOUND ? -1 : ageOf(opaque(base(slot) + META), nowMs);
    }

    /** Whether the address was last claimed by this MAC, in the tick of {@code sinceMs} or later. */
    public boolean isHeardSince(long hi, long lo, int vlan, long mac, long sinceMs) {
        int slot = find(hi, lo, vlan);
        if (slot == NOT_FOUND || mac(opaque(base(slot) + MAC_VLAN)) != mac) return false;
        return isAtOrAfter(opaque(base(slot) + META), sinceMs);
    }

    /**
     * Learns or refreshes a neighbour; a static entry is refreshed by its own MAC. Returns false if it was not learned: a static entry has another MAC,
     * there is no space, or another thread is writing. Never waits.
     *
     * @param port the ingress port, for listing, flushing and fairness
     * @param limit maximum number of entries of this port, 0 for no limit; at the limit the port's oldest entry is replaced
     */
    public boolean learn(long hi, long lo, int vlan, long mac, int port, int limit, long nowMs, long ageingMs) {
        int slot = find(hi, lo, vlan);
        long macVlan = macVlan(mac, vlan);
        long meta = dynamicMeta(port, nowMs);
        if (slot != NOT_FOUND) {
            long before = opaque(base(slot) + META);
            boolean isSame = opaque(base(slot) + MAC_VLAN) == macVlan;
            if (isStatic(before) && !isSame) return false;
            if (isSame && before == (isStatic(before) ? staticMeta(nowMs) : meta)) return true;
        }
        if (!writing.compareAndSet(false, true)) return false;
        try {
            return put(hi, lo, macVlan, meta, limit, nowMs, ageingMs);
        } finally {
            writing.setRelease(false);
        }
    }

    /** Removes a dynamic neighbour if it has this MAC; false if it does not, or if another thread is writing. Never waits. */
    public boolean forget(long hi, long lo, int vlan, long mac) {
        if (!writing.compareAndSet(false, true)) return false;
        try {
            int slot = find(hi, lo, vlan);
            if (slot == NOT_FOUND || isStatic(opaque(base(slot) + META))) return false;
            if (mac(opaque(base(slot) + MAC_VLAN)) != mac) return false;
            clear(slot);
            return true;
        } finally {
            writing.setRelease(false);
        }
    }

    /** Binds an address to a MAC; false if there is no space. May wait: must be called by control threads, like the methods below that remove entries. */
    public boolean addStatic(long hi, long lo, int vlan, long mac, long nowMs) {
        lock();
        try {
            int slot = find(hi, lo, vlan);
            if (slot != NOT_FOUND) clear(slot);
            slot = statics.get() < capacity ? slotForStatic(home(hi, lo, vlan)) : NOT_FOUND;
            if (slot == NOT_FOUND) return false;
            insert(slot, hi, lo, macVlan(mac, vlan), staticMeta(nowMs));
            return true;
        } finally {
            writing.setRelease(false);
        }
    }

    /** Removes an entry, static or not; returns whether there was one. */
    public boolean remove(long hi, long lo, int vlan) {
        lock();
        try {
            int slot = find(hi, lo, vlan);
            if (slot == NOT_FOUND) return false;
            clear(slot);
            return true;
        } finally {
            writing.setRelease(false);
        }
    }

    /** Removes the dynamic entries of a port; returns how many. */
    public int flushPort(int port) {
        return removeIf(meta -> !isStatic(meta) && port(meta) == port);
    }

    /** Removes all dynamic entries; returns how many. */
    public int flushDynamic() {
        return removeIf(meta -> !isStatic(meta));
    }

    /** Removes dynamic entries older than {@code ageingMs}; returns how many. */
    public int age(long nowMs, long ageingMs) {
        return removeIf(meta -> isExpired(meta, nowMs, ageingMs));
    }

    /** Current number of entries, static ones included. */
    public int size() {
        return dynamics.get() + statics.get();
    }

    /** Current number of dynamic entries of a port. */
    public int size(int port) {
        return portCounts.get(port);
    }

    /** Maximum number of dynamic entries. */
    public int capacity() {
        return capacity;
    }

    /**
     * Visits the entries of some slots; returns the slot to continue with, -1 at the end. Each entry is consistent, as of some moment during the walk.
     */
    public int forEach(int fromSlot, int count, long nowMs, Visitor visitor) {
        int end = Math.min(slots, fromSlot + count);
        for (int slot = fromSlot; slot < end; slot++) {
            int base = base(slot);
            long sequence = (long) WORD.getAcquire(words, base + SEQUENCE);
            long hi = opaque(base + HI);
            long lo = opaque(base + LO);
            long macVlan = opaque(base + MAC_VLAN);
            long meta = opaque(base + META);
            VarHandle.acquireFence();
            if (meta >= 0 || (sequence & 1) != 0 || opaque(base + SEQUENCE) != sequence) continue;
            int port = port(meta) == NO_PORT ? -1 : port(meta);
            visitor.entry(hi, lo, vlan(macVlan), mac(macVlan), port, isStatic(meta), ageOf(meta, nowMs));
        }
        return end == slots ? -1 : end;
    }

    /** Receives an entry of the table. {@code port}: the ingress port of the last message, -1 for a static entry. */
    @FunctionalInterface
    public interface Visitor {
        void entry(long hi, long lo, int vlan, long mac, int port, boolean isStatic, long ageMs);
    }

    private interface Condition {
        boolean holds(long meta);
    }

    private void lock() {
        while (!writing.compareAndSet(false, true)) Thread.onSpinWait();
    }

    /** Learns or refreshes an entry. The caller must have set {@code writing}. */
    private boolean put(long hi, long lo, long macVlan, long meta, int limit, long nowMs, long ageingMs) {
        int slot = find(hi, lo, vlan(macVlan));
        if (slot != NOT_FOUND) {
            long before = opaque(base(slot) + META);
            if (isStatic(before) && opaque(base(slot) + MAC_VLAN) != macVlan) return false;
            long after = isStatic(before) ? staticMeta(nowMs) : meta;
            count(before, -1);
            count(after, 1);
            write(slot, hi, lo, macVlan, after);
            return true;
        }
        slot = slotFor(home(hi, lo, vlan(macVlan)), port(meta), limit, nowMs, ageingMs);
        if (slot == NOT_FOUND) return false;
        insert(slot, hi, lo, macVlan, meta);
        return true;
    }

    /** Writes an entry to a slot, and replaces the one that is there. */
    private void insert(int slot, long hi, long lo, long macVlan, long meta) {
        count(opaque(base(slot) + META), -1);
        count(meta, 1);
        write(slot, hi, lo, macVlan, meta);
    }

    /** The slot for a new entry of a port: a free one, or that of an expired entry or of one that may be evicted; NOT_FOUND if there is none. */
    private int slotFor(int first, int port, int limit, long nowMs, long ageingMs) {
        boolean isAtLimit = limit > 0 && portCounts.get(port) >= limit;
        int free = NOT_FOUND;
        for (int slot = first; slot < first + WINDOW; slot++) {
            long meta = opaque(base(slot) + META);
            if (meta < 0 && isExpired(meta, nowMs, ageingMs) && !isAtLimit) return slot;
            if (meta >= 0 && free == NOT_FOUND) free = slot;
        }
        if (free != NOT_FOUND && !isAtLimit && dynamics.get() < capacity) return free;
        int victim = victim(first, WINDOW, port, isAtLimit);
        boolean isGood = victim != NOT_FOUND && port(opaque(base(victim) + META)) != port;
        if (isGood || free == NOT_FOUND) return victim;
        int elsewhere = victim(hand, SWEEP, port, isAtLimit);
        hand = hand + SWEEP & slots - 1;
        if (elsewhere == NOT_FOUND) return victim;
        clear(elsewhere);
        return free;
    }

    /** Of the port with most entries, the oldest entry that a new one of {@code port} may evict: one of the same port, or of a port that has more. */
    private int victim(int first, int length, int port, boolean onlyOwn) {
        int most = portCounts.get(port);
        int victim = NOT_FOUND;
        long victimsMeta = 0;
        for (int slot = first; slot < first + length; slot++) {
            long meta = opaque(base(slot) + META);
            if (meta >= 0 || isStatic(meta)) continue;
            int count = portCounts.get(port(meta));
            if (port(meta) != port && (onlyOwn || count <= portCounts.get(port) + 1)) continue;
            boolean isBetter = victim == NOT_FOUND || count > most || isOlder(meta, victimsMeta);
            if (count < most || !isBetter) continue;
            most = count;
            victim = slot;
            victimsMeta = meta;
        }
        return victim;
    }

    /** A free slot, or that of a dynamic entry, or NOT_FOUND. */
    private int slotForStatic(int first) {
        for (int slot = first; slot < first + WINDOW; slot++) if (opaque(base(slot) + META) >= 0) return slot;
        for (int slot = first; slot < first + WINDOW; slot++) if (!isStatic(opaque(base(slot) + META))) return slot;
        return NOT_FOUND;
    }

    private void count(long meta, int amount) {
        if (meta >= 0) return;
        if (isStatic(meta)) {
            statics.addAndGet(amount);
        } else {
            dynamics.addAndGet(amount);
            portCounts.add(port(meta), amount);
        }
    }

    private int find(long hi, long lo, int vlan) {
        int first = home(hi, lo, vlan);
        for (int slot = first; slot < first + WINDOW; slot++) {
            int base = base(slot);
            if (opaque(base + META) < 0
                    && opaque(base + HI) == hi
                    && opaque(base + LO) == lo
                    && vlan(opaque(base + MAC_VLAN)) == vlan) return slot;
        }
        return NOT_FOUND;
    }

    private int removeIf(Condition condition) {
        lock();
        try {
            int removed = 0;
            for (int slot = 0; slot < slots; slot++) {
                long meta = opaque(base(slot) + META);
                if (meta >= 0 || !condition.holds(meta)) continue;
                clear(slot);
                removed++;
            }
            return removed;
        } finally {
            writing.setRelease(false);
        }
    }

    private void clear(int slot) {
        count(opaque(base(slot) + META), -1);
        write(slot, 0, 0, 0, 0);
    }

    /** The write side of a sequence lock: the sequence is odd while the words are written. */
    private void write(int slot, long hi, long lo, long macVlan, long meta) {
        int base = base(slot);
        long sequence = opaque(base + SEQUENCE);
        WORD.setOpaque(words, base + SEQUENCE, sequence + 1);
        VarHandle.releaseFence();
        WORD.setOpaque(words, base + HI, hi);
        WORD.setOpaque(words, base + LO, lo);
        WORD.setOpaque(words, base + MAC_VLAN, macVlan);
        WORD.setOpaque(words, base + META, meta);
        WORD.setRelease(words, base + SEQUENCE, sequence + 2);
    }

    private long opaque(int word) {
        return (long) WORD.getOpaque(words, word);
    }

    private int base(int slot) {
        return (slot & slots - 1) * SLOT_WORDS;
    }

    private int home(long hi, long lo, int vlan) {
        long h = (hi ^ seed) * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32 ^ lo) * 0xD6E8_FEB8_6659_FD93L;
        h = (h ^ h >>> 32 ^ vlan) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (h >>> 33) & slots - 1;
    }
}
