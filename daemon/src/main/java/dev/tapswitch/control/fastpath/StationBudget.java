package dev.tapswitch.control.fastpath;

/**
 * Divides the kernel's map of stations among all ports, so that no container can fill it. Any port may add stations until half of the map is full. After that, only a
 * port with fewer stations than an equal share of the other half may add some. Not thread-safe.
 */
final class StationBudget {
    private final int capacity;
    private int ports;
    private int stations;

    StationBudget(int capacity) {
        this.capacity = capacity;
    }

    /** Whether the port may add a station. */
    boolean admits(FastPort port) {
        if (stations >= capacity) return false;
        return stations < capacity / 2 || port.stations() < capacity / 2 / Math.max(1, ports);
    }

    void portAdded() {
        ports++;
    }

    void portRemoved() {
        ports--;
    }

    void added(FastPort port) {
        stations++;
        port.addStations(1);
    }

    void removed(FastPort port) {
        stations--;
        port.addStations(-1);
    }

    int stations() {
        return stations;
    }
}
