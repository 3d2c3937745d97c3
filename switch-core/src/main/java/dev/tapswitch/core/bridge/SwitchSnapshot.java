package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EthernetFrame;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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

    /** All ports by index, for the control side: null where an index is free. */
    public List<PortSettings> ports() {
        return Collections.unmodifiableList(Arrays.asList(ports));
    }

    private static PortSet[] floodSets(PortSettings[] ports, boolean[] up) {
        int[] all = upPorts(ports, up, port -> true);
        int[] notIsolated = upPorts(ports, up, port -> !ports[port].isolated());
        PortSet[] sets = new PortSet[ports.length];
        for (int in = 0; in < sets.length; in++) sets[in] = floodSet(in, ports, up, all, notIsolated);
        return sets;
    }

    private static PortSet floodSet(int in, PortSettings[] ports, boolean[] up, int[] all, int[] notIsolated) {
        if (ports[in] == null) return PortSet.EMPTY;
        boolean isIsolated = ports[in].isolated();
        if (!ports[in].hairpin()) return PortSet.without(in, isIsolated ? notIsolated : all);
        // An isolated port with hairpin is the only one that needs an array of its own.
        int[] targets = isIsolated ? upPorts(ports, up, port -> port == in || !ports[port].isolated()) : all;
        return new PortSet(targets, targets.length);
    }

    private static int[] upPorts(PortSettings[] ports, boolean[] up, IntPredicate condition) {
        return IntStream.range(0, ports.length)
                .filter(port -> ports[port] != null && up[port])
                .filter(condition)
                .toArray();
    }
}
