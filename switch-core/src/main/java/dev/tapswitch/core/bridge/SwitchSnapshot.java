package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A switch's settings and ports at one moment: immutable, replaced as a whole by the control side, read by workers once per batch.
 *
 * <p>Ports have an index, dense from 0. An index is free (null) after its port was removed, until another port takes it.
 */
public final class SwitchSnapshot {
    /** Not a verdict: no rule matches. */
    static final int NO_PUNT = 0;

    private final SwitchSettings settings;
    private final PortSettings[] ports;
    /** By number; null where a number is free. */
    private final PuntRule[] puntRules;

    /** By ingress port: the egress ports of a flooded frame. */
    private final PortSet[] floodSets;

    /** {@code ports} and {@code puntRules} must not be changed afterwards; {@code up}: by port, whether its link is up. */
    SwitchSnapshot(SwitchSettings settings, PortSettings[] ports, boolean[] up, PuntRule[] puntRules) {
        this.settings = settings;
        this.ports = ports;
        this.puntRules = puntRules;
        this.floodSets = floodSets(ports, up);
    }

    public SwitchSettings settings() {
        return settings;
    }

    /** The port at {@code index}, or null if there is none. */
    public PortSettings port(int index) {
        return index < ports.length ? ports[index] : null;
    }

    /** One more than the highest port index. */
    public int portCount() {
        return ports.length;
    }

    /** The set that a {@link Verdict} names. It is empty if its ingress port was removed since. */
    public PortSet portSet(int number) {
        return number < floodSets.length ? floodSets[number] : PortSet.EMPTY;
    }

    /** The verdict that floods a frame from {@code inPort}, or one that drops it because there is no port to flood to. */
    int flood(int inPort) {
        return floodSets[inPort].isEmpty() ? Verdict.drop(DropReason.NO_PORT) : Verdict.toPortSet(inPort);
    }

    /** The verdict that punts a frame, or NO_PUNT. The frame must not be truncated. */
    int punt(EthernetFrame frame) {
        for (int number = 0; number < puntRules.length; number++) {
            if (puntRules[number] != null && puntRules[number].matches(frame)) return Verdict.punt(number);
        }
        return NO_PUNT;
    }

    /** Whether a frame from one port may leave by another, or by the same. */
    boolean mayPass(int in, int out) {
        if (in != out) return !areIsolated(in, out);
        PortSettings same = port(in);
        return same != null && same.hairpin();
    }

    /** Whether both ports are isolated, so that no frame may pass between them. */
    boolean areIsolated(int in, int out) {
        PortSettings from = port(in);
        if (from == null || !from.isolated()) return false;
        PortSettings to = port(out);
        return to != null && to.isolated();
    }

    /** Computes all sets in one pass, because a switch may have thousands of ports and each change of a port builds a snapshot. */
    private static PortSet[] floodSets(PortSettings[] ports, boolean[] up) {
        int[] all = upPorts(ports, up, port -> true);
        int[] notIsolated = upPorts(ports, up, port -> !ports[port].isolated());
        PortSet toAll = new PortSet(all, all.length);
        PortSet toNotIsolated = new PortSet(notIsolated, notIsolated.length);
        PortSet[] sets = new PortSet[ports.length];
        int index = 0;
        for (int in = 0; in < sets.length; in++) {
            boolean isUp = index < all.length && all[index] == in;
            if (ports[in] == null) sets[in] = PortSet.EMPTY;
            else if (ports[in].isolated())
                sets[in] = ports[in].hairpin() ? isolatedHairpin(in, ports, up) : toNotIsolated;
            else sets[in] = isUp && !ports[in].hairpin() ? new PortSet(all, index) : toAll;
            if (isUp) index++;
        }
        return sets;
    }

    /**
     * The flood set of an isolated port with hairpin: all ports that are not isolated, and the port itself. Only this kind of port needs a separate
     * array.
     */
    private static PortSet isolatedHairpin(int in, PortSettings[] ports, boolean[] up) {
        int[] targets = upPorts(ports, up, port -> port == in || !ports[port].isolated());
        return new PortSet(targets, targets.length);
    }

    private static int[] upPorts(PortSettings[] ports, boolean[] up, IntPredicate condition) {
        int[] found = new int[ports.length];
        int count = 0;
        for (int port = 0; port < ports.length; port++)
            if (ports[port] != null && up[port] && condition.test(port)) found[count++] = port;
        return Arrays.copyOf(found, count);
    }
}
