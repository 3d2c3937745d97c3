package dev.tapswitch.core.table;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many entries a MAC table and each of its ports hold, and how many a port may keep when the table is full. Dynamic and static entries are
 * counted apart: {@code capacity} entries of each kind fit. Any thread, lock-free.
 */
final class MacCounts {
    private final int capacity;
    private final AtomicInteger dynamicEntries = new AtomicInteger();
    private final AtomicInteger staticEntries = new AtomicInteger();
    /** Ports that hold a dynamic entry. */
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

    /** A dynamic entry is now on another port. */
    void moved(int from, int to) {
        addDynamic(from, -1);
        addDynamic(to, 1);
    }

    /** Holders change when a count crosses the line between 0 and 1, in whatever order concurrent changes arrive. */
    private void addDynamic(int port, int one) {
        int now = dynamicOfPort.add(port, one);
        if (now == 1 && one > 0) holders.incrementAndGet();
        else if (now == 0 && one < 0) holders.decrementAndGet();
    }

    void evicted(int port) {
        evictions.add(port, 1);
    }

    /** Sets how many entries a port keeps whatever others learn; 0 for the fair share. */
    void setShare(int port, int entries) {
        int difference = entries - shares.get(port);
        shares.add(port, difference);
        reserved.addAndGet(difference);
    }

    /** Forgets a port's share and its evictions. */
    void forget(int port) {
        setShare(port, 0);
        evictions.add(port, -evictions.get(port));
    }

    /**
     * What each port without a configured share may keep when another port, {@code newcomer}, learns: an equal part of what configured
     * shares leave. All shares together are at most {@code capacity}; so in a full table, when one port has less than its share, another one
     * has more.
     */
    int fairShare(int newcomer) {
        int sharers = holders.get() + (dynamicOfPort.get(newcomer) == 0 ? 1 : 0);
        return Math.max(0, capacity - reserved.get()) / Math.max(1, sharers);
    }

    /** How many dynamic entries a port has above its share; negative when it has fewer. */
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
