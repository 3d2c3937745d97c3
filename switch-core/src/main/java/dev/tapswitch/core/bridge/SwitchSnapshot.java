package dev.tapswitch.core.bridge;

import java.util.List;

/**
 * A switch's settings and ports at one moment: immutable, replaced whole by the control side, read by workers once per batch.
 *
 * <p>Ports are named by index, dense from 0; an index is free (null) after its port was removed, until another port takes it.
 */
public final class SwitchSnapshot {
    private final SwitchSettings settings;
    private final PortSettings[] ports;
    private final int[] floodPorts;

    /** Both arrays become the snapshot's own. {@code floodPorts}: the ports that are present and up, ascending. */
    SwitchSnapshot(SwitchSettings settings, PortSettings[] ports, int[] floodPorts) {
        this.settings = settings;
        this.ports = ports;
        this.floodPorts = floodPorts;
    }

    public SwitchSettings settings() {
        return settings;
    }

    /** The port at {@code index}, or null where there is none. */
    public PortSettings port(int index) {
        return index < ports.length ? ports[index] : null;
    }

    /** One more than the highest port index. */
    public int portCount() {
        return ports.length;
    }

    public int floodPortCount() {
        return floodPorts.length;
    }

    /** The {@code i}th of the ports that flooded frames go to, {@code 0 <= i < floodPortCount()}. */
    public int floodPort(int i) {
        return floodPorts[i];
    }

    /** Whether a frame that came in on one port may leave by another, or by the same. */
    public boolean mayPass(int in, int out) {
        if (in != out) return !areIsolated(in, out);
        PortSettings same = port(in);
        return same != null && same.hairpin();
    }

    /** Whether both are set to be kept from each other. */
    boolean areIsolated(int in, int out) {
        PortSettings from = port(in);
        if (from == null || !from.isolated()) return false;
        PortSettings to = port(out);
        return to != null && to.isolated();
    }

    /** All ports, for people and the control side: null where an index is free. */
    public List<PortSettings> ports() {
        return java.util.Collections.unmodifiableList(java.util.Arrays.asList(ports));
    }
}
