package dev.tapswitch.core.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The neighbour table: which MAC answers for an IP address in a VLAN, as ARP (RFC 826) and Neighbour Discovery (RFC 4861) told.
 * It leads to a MAC only; the MAC table leads on to the port, so that a neighbour follows its station's moves by itself.
 *
 * <p>Addresses are two big-endian halves; an IPv4 address is the IPv4-mapped IPv6 one (::ffff:a.b.c.d). Lookups are lock-free and
 * never write. There is one writer at a time: a worker that finds another writing skips its learning, which is only a hint, and
 * never waits; control threads wait. Bounded: a newcomer whose window is full takes the place of an expired entry, or is counted in
 * {@link #overflows()} and not learned.
 */
public final class NeighbourTable {
    /** No live entry. */
    public static final long MISS = -1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    /** A slot: sequence (odd while written), address, MAC + VLAN, meta (live, static, port, tick); three words of padding make it a cache line. */
    private static final int SLOT_WORDS = 8;

    private static final int SEQUENCE = 0;
    private static final int HI = 1;
    private static final int LO = 2;
    private static final int MAC_VLAN = 3;
    private static final int META = 4;

    /** How many slots from its hash on an address may live in. */
    private static final int WINDOW = 8;

    private static final long LIVE = 1L << 63;
    private static final long STATIC = 1L << 62;
    private static final int PORT_SHIFT = 32;
    private static final int NO_PORT = 0xFFFF;
    private static final int TICK_SHIFT = 7;
    private static final int NOT_FOUND = -1;

    private final int capacity;
    private final int slots;
    private final long[] words;
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final AtomicBoolean writing = new AtomicBoolean();

    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong overflows = new AtomicLong();

    /** A table for {@code capacity} entries, with at least twice as many slots. */
    public NeighbourTable(int capacity) {
        if (capacity < 1 || capacity > 1 << 22)
            throw new IllegalArgumentException("neighbour capacity must be 1 to 4194304");
        this.capacity = capacity;
        this.slots = Math.max(2 * WINDOW, Integer.highestOneBit(Math.max(1, capacity - 1)) << 2);
        this.words = new long[slots * SLOT_WORDS];
    }

    /** The MAC of a live neighbour no older than {@code ageingMs}, or {@link #MISS}. Any thread. */
    public long lookup(long hi, long lo, int vlan, long nowMs, long ageingMs) {
        int first = home(hi, lo, vlan);
        for (int i = 0; i < WINDOW; i++) {
            int base = base(first + i);
            long sequence = (long) WORD.getAcquire(words, base + SEQUENCE);
            long macVlan = opaque(base + MAC_VLAN);
            long meta = opaque(base + META);
            boolean matches = meta < 0 && opaque(base + HI) == hi && opaque(base + LO) == lo && vlan(macVlan) == vlan;
            VarHandle.acquireFence();
            if (!matches || (sequence & 1) != 0 || opaque(base + SEQUENCE) != sequence) continue;
            return isExpired(meta, nowMs, ageingMs) ? MISS : mac(macVlan);
        }
        return MISS;
    }

    /** How long ago a neighbour was last heard, milliseconds with the resolution of a tick (128 ms); -1 where there is none. Any thread. */
    public long ageMs(long hi, long lo, int vlan, long nowMs) {
        int slot = find(hi, lo, vlan);
        return slot == NOT_FOUND ? -1 : ageMs(opaque(base(slot) + META), nowMs);
    }

    /**
     * Learns or refreshes a neighbour; false when it was not learned: a static entry says otherwise, there is no room, or another
     * thread is writing. Any thread; never waits.
     *
     * @param port where it was heard, for listing and flushing
     */
    public boolean learn(long hi, long lo, int vlan, long mac, int port, long nowMs, long ageingMs) {
        int slot = find(hi, lo, vlan);
        long macVlan = macVlan(mac, vlan);
        long meta = LIVE | portAndTick(port, nowMs);
        if (slot != NOT_FOUND && opaque(base(slot) + META) == meta && opaque(base(slot) + MAC_VLAN) == macVlan)
            return true;
        if (!writing.compareAndSet(false, true)) return false;
        try {
            return put(hi, lo, macVlan, meta, nowMs, ageingMs);
        } finally {
            writing.setRelease(false);
        }
    }

    /** Binds an address to a MAC for good; false when there is no room. Control threads. */
    public boolean addStatic(long hi, long lo, int vlan, long mac, long nowMs) {
        lock();
        try {
            int slot = find(hi, lo, vlan);
            if (slot != NOT_FOUND) clear(slot);
            return put(hi, lo, macVlan(mac, vlan), LIVE | STATIC | portAndTick(NO_PORT, nowMs), nowMs, Long.MAX_VALUE);
        } finally {
            writing.setRelease(false);
        }
    }

    /** Removes an entry, static or not; whether there was one. Control threads. */
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

    /** Removes the dynamic entries last heard on a port; returns how many. Control threads. */
    public int flushPort(int port) {
        return removeIf(meta -> !isStatic(meta) && port(meta) == port);
    }

    /** Removes all dynamic entries; returns how many. Control threads. */
    public int flushDynamic() {
        return removeIf(meta -> !isStatic(meta));
    }

    /** Removes dynamic entries older than {@code ageingMs}; returns how many. Control threads. */
    public int age(long nowMs, long ageingMs) {
        return removeIf(meta -> isExpired(meta, nowMs, ageingMs));
    }

    /** Entries now, static ones included. */
    public int size() {
        return size.get();
    }

    /** Most entries. */
    public int capacity() {
        return capacity;
    }

    /** How often a neighbour was not learned for want of room. */
    public long overflows() {
        return overflows.get();
    }

    /** Shows the entries, each whole, as of some moment during the walk. Any thread. */
    public void forEach(long nowMs, Visitor visitor) {
        for (int slot = 0; slot < slots; slot++) {
            int base = base(slot);
            long sequence = (long) WORD.getAcquire(words, base + SEQUENCE);
            long hi = opaque(base + HI);
            long lo = opaque(base + LO);
            long macVlan = opaque(base + MAC_VLAN);
            long meta = opaque(base + META);
            VarHandle.acquireFence();
            if (meta >= 0 || (sequence & 1) != 0 || opaque(base + SEQUENCE) != sequence) continue;
            int port = port(meta) == NO_PORT ? -1 : port(meta);
            visitor.entry(hi, lo, vlan(macVlan), mac(macVlan), port, isStatic(meta), ageMs(meta, nowMs));
        }
    }

    /** Takes one entry of the table; {@code port} is where it was last heard, -1 for a static one. */
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

    /** The writer's alone. */
    private boolean put(long hi, long lo, long macVlan, long meta, long nowMs, long ageingMs) {
        int slot = find(hi, lo, vlan(macVlan));
        if (slot != NOT_FOUND) {
            if (isStatic(opaque(base(slot) + META))) return false;
            write(slot, hi, lo, macVlan, meta);
            return true;
        }
        slot = expiredOrFree(home(hi, lo, vlan(macVlan)), nowMs, ageingMs);
        boolean takesOver = slot != NOT_FOUND && opaque(base(slot) + META) < 0;
        if (slot == NOT_FOUND || !takesOver && size.get() >= capacity) {
            overflows.incrementAndGet();
            return false;
        }
        if (!takesOver) size.incrementAndGet();
        write(slot, hi, lo, macVlan, meta);
        return true;
    }

    /** An expired one if there is one: taking it over needs no room in a table that is full. */
    private int expiredOrFree(int first, long nowMs, long ageingMs) {
        int free = NOT_FOUND;
        for (int slot = first; slot < first + WINDOW; slot++) {
            long meta = opaque(base(slot) + META);
            if (meta < 0 && isExpired(meta, nowMs, ageingMs)) return slot;
            if (meta >= 0 && free == NOT_FOUND) free = slot;
        }
        return free;
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
        write(slot, 0, 0, 0, 0);
        size.decrementAndGet();
    }

    /** A sequence lock's write side: odd, the words, even. */
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

    private static long macVlan(long mac, int vlan) {
        return (long) vlan << 48 | mac;
    }

    private static long mac(long macVlan) {
        return macVlan & 0xFFFF_FFFF_FFFFL;
    }

    private static int vlan(long macVlan) {
        return (int) (macVlan >>> 48);
    }

    private static int port(long meta) {
        return (int) (meta >>> PORT_SHIFT) & 0xFFFF;
    }

    private static boolean isStatic(long meta) {
        return (meta & STATIC) != 0;
    }

    private static long portAndTick(int port, long nowMs) {
        return (long) port << PORT_SHIFT | nowMs >>> TICK_SHIFT & 0xFFFF_FFFFL;
    }

    private static boolean isExpired(long meta, long nowMs, long ageingMs) {
        return !isStatic(meta) && ageMs(meta, nowMs) > ageingMs;
    }

    private static long ageMs(long meta, long nowMs) {
        int ticks = (int) (nowMs >>> TICK_SHIFT) - (int) meta;
        return Math.max(0, (long) ticks << TICK_SHIFT);
    }
}
