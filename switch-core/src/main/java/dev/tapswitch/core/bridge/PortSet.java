package dev.tapswitch.core.bridge;

/**
 * The egress ports of a flooded frame, computed when a snapshot is built: each port is up and may receive frames from the ingress port. The ports are
 * in ascending order. Immutable.
 *
 * <p>Sets of different ingress ports share their array. Otherwise a switch with 10,000 ports would need 10,000 arrays of 10,000 ports.
 */
public final class PortSet {
    static final PortSet EMPTY = new PortSet(new int[0], 0);

    private final int[] ports;
    /** The index in {@code ports} of the port that is not part of the set; the length if all are. */
    private final int skipped;

    /** All {@code ports} except the one at index {@code skipped}. The array must not be changed afterwards. */
    PortSet(int[] ports, int skipped) {
        this.ports = ports;
        this.skipped = skipped;
    }

    public int size() {
        return skipped == ports.length ? ports.length : ports.length - 1;
    }

    /** The {@code i}th port's index, {@code 0 <= i < size()}. */
    public int port(int i) {
        return ports[i < skipped ? i : i + 1];
    }

    public boolean isEmpty() {
        return size() == 0;
    }
}
