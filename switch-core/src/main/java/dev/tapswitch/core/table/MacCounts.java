package dev.tapswitch.core.table;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The numbers of entries of a MAC table and of each port, and how many entries a port may keep when the table is full. Dynamic and static entries are
 * counted separately; the table holds at most {@code capacity} entries of each kind. Thread-safe and lock-free.
 */
final class MacCounts {
    private final int capacity;
    private final AtomicInteger dynamicEntries = new AtomicInteger();
    private final AtomicInteger staticEntries = new AtomicInteger();
    /** Number of ports with dynamic entries. */
    private final AtomicInteger holders = new AtomicInteger();
    /** The sum of all configured shares. */
    private final AtomicInteger reserved = new AtomicInteger();

    private final PortCounts dynamicOfPort = new PortCounts();
    private final PortCounts staticOfPort = new PortCounts();
    private final PortCounts shares = new PortCounts();
    private final PortCounts evictions = new PortCounts();

    MacCounts(int capacity) {
        this.capacity = capacity;
    }

    /** Must be called before the entry is visible, so that no removal is counted first. */
    void added(int port, boolean isStatic) {
        if (isStatic) {
            staticEntries.incrementAndGet();
            staticOfPort.add(port, 1);
        } else {
            dynamicEntries.incrementAndGet();
            addDynamic(port, 1);
        }
    }

    void removed(int port, boolean isStatic) {
        if (isStatic) {
            staticOfPort.add(port, -1);
            staticEntries.decrementAndGet();
        } else {
            addDynamic(port, -1);
            dynamicEntries.decrementAndGet();
        }
    }

    /** A dynamic entry has moved to another port. */
    void moved(int from, int to) {
        addDynamic(from, -1);
        addDynamic(to, 1);
    }

    /** The number of holders changes when a count changes between 0 and 1, in whatever order concurrent changes are made. */
    private void addDynamic(int port, int change) {
        int now = dynamicOfPort.add(port, change);
        if (now == 1 && change > 0) holders.incrementAndGet();
        else if (now == 0 && change < 0) holders.decrementAndGet();
    }

    void evicted(int port) {
        evictions.add(port, 1);
    }

    /** Sets how many entries a port keeps regardless of other ports; 0 for the fair share. */
    void setShare(int port, int entries) {
        int difference = entries - shares.get(port);
        shares.add(port, difference);
        reserved.addAndGet(difference);
    }

    /** Resets a port's share and its evictions. */
    void forget(int port) {
        setShare(port, 0);
        evictions.add(port, -evictions.get(port));
    }

    /**
     * How many entries each port without a configured share may keep when {@code newcomer} learns another one: an equal part of what the configured
     * shares leave. The sum of all shares is at most {@code capacity}; so in a full table, if one port has less than its share, another port has
     * more.
     */
    int fairShare(int newcomer) {
        int sharers = holders.get() + (dynamicOfPort.get(newcomer) == 0 ? 1 : 0);
        return Math.max(0, capacity - reserved.get()) / Math.max(1, sharers);
    }

    /** The number of dynamic entries of a port minus its share. */
    int excess(int port, int fairShare) {
        int share = shares.get(port);
        return dynamicOfPort.get(port) - (share > 0 ? share : fairShare);
    }

    /** Whether a port is above its share and holds more than half of the table. */
    boolean hasMost(int port, int fairShare) {
        return excess(port, fairShare) > 0 && dynamicOfPort.get(port) > capacity / 2;
    }

    boolean isFull(boolean ofStatic) {
        return (ofStatic ? staticEntries : dynamicEntries).get() >= capacity;
    }

    int total() {
        return dynamicEntries.get() + staticEntries.get();
    }

    int of(int port) {
        return dynamicOfPort.get(port) + staticOfPort.get(port);
    }

    int evictionsOf(int port) {
        return evictions.get(port);
    }
}
