package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.VethPort;

/** A veth port with the fast path's programs attached. Not thread-safe: {@link KernelFastPath} guards it. */
final class FastPort {
    /** The MAC of the far end while it is not known: no interface has this one. */
    private static final long NO_MAC = -1;

    /** The minimum interval between reads of the far end's MAC: a read takes about 50 us, and each new source MAC in a container's frames could cause one. */
    private static final long FAR_END_MS = 50;

    private final int index;
    private final VethPort device;
    private FastPathPort settings;
    private long farEndMac = NO_MAC;
    /** When the far end's MAC was last read, by System.nanoTime(); 0 for never. */
    private long readAtNanos;
    /** The number of stations behind this port that are in the kernel's map. */
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
     * Reads the MAC of the container's end, which root in the container may change; does nothing if it was read within the last {@link #FAR_END_MS}. Returns whether the
     * MAC has changed.
     */
    boolean readFarEnd() {
        long now = System.nanoTime();
        if (readAtNanos != 0 && now - readAtNanos < FAR_END_MS * 1_000_000) return false;
        readAtNanos = now;
        long before = farEndMac;
        try {
            farEndMac = device.mac();
        } catch (DeviceException e) {
            // While the MAC is not known, no station counts as the container's interface itself, which is always
            // correct.
            farEndMac = NO_MAC;
        }
        return farEndMac != before;
    }

    boolean isFarEnd(long mac) {
        return mac == farEndMac;
    }
}
