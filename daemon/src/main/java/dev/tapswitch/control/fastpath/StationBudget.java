package dev.tapswitch.control.fastpath;

/**
 * Divides the map of stations among all ports, so that no container can fill it. Half of the map is for everybody; the other half is divided equally, and each port
 * may always use its part of that. Not thread-safe.
 */
final class StationBudget {
    private final int capacity;
    private int ports;
    private int stations;

    StationBudget(int capacity) {
        this.capacity = capacity;
    }

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
