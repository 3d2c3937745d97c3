package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.VethPort;

/** A port whose programs are attached. */
final class FastPort {
    /** No interface has this MAC. */
    private static final long NO_MAC = -1;

    /** The question takes about 50 us, and a container may send from ever new addresses. */
    private static final long FAR_END_MS = 50;

    private final int index;
    private final VethPort device;
    private FastPathPort settings;
    private long farEndMac = NO_MAC;
    /** System.nanoTime(); 0 for never. */
    private long readAtNanos;
    /** The number of its stations in the kernel. */
    private int stations;

    FastPort(int index, VethPort device, FastPathPort settings) {
        this.index = index;
        this.device = device;
        this.settings = settings;
    }

    int index() {
        return index;
    }

    VethPort device() {
        return device;
    }

    int hostEnd() {
        return settings.hostEnd();
    }

    FastPathPort settings() {
        return settings;
    }

    void settings(FastPathPort changed) {
        settings = changed;
    }

    int stations() {
        return stations;
    }

    void addStations(int change) {
        stations += change;
    }

    /**
     * Asks for the MAC of the container's end, which root in the container may change, but not again within {@link #FAR_END_MS}. Returns whether it is another one
     * than before.
     */
    boolean readFarEnd() {
        long now = System.nanoTime();
        if (readAtNanos != 0 && now - readAtNanos < FAR_END_MS * 1_000_000) return false;
        readAtNanos = now;
        long before = farEndMac;
        try {
            farEndMac = device.mac();
        } catch (DeviceException e) {
            // Without it all stations are taken for such that are behind the interface, which is always correct.
            farEndMac = NO_MAC;
        }
        return farEndMac != before;
    }

    boolean isFarEnd(long mac) {
        return mac == farEndMac;
    }
}
