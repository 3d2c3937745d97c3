package dev.tapswitch.linux.veth;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tap.TapSpec;

/**
 * The wanted properties of a port of kind veth.
 *
 * @param end the container's end: name, namespace, MTU, MAC, addresses, routes, limits, link state. Queues and offload are those of the slow-path TAP, and
 *     the pair outlives the daemon if the end is persistent.
 * @param hostEnd the name of the host end in the switch's namespace
 * @param slowPath the name of the TAP in the switch's namespace
 */
public record VethSpec(TapSpec end, String hostEnd, String slowPath) {
    public VethSpec {
        TapSpec.checkedName(hostEnd);
        TapSpec.checkedName(slowPath);
        if (hostEnd.equals(slowPath)) {
            throw new IllegalArgumentException("host end and slow-path TAP can't both be named \"" + hostEnd + "\"");
        }
    }

    /** The same port with other properties of the container's end. */
    public VethSpec withEnd(TapSpec other) {
        return new VethSpec(other, hostEnd, slowPath);
    }

    /**
     * The specification of the slow-path TAP. It has the MTU and the offloads of the container's end, because they decide which frames the kernel
     * segments before userspace reads them.
     */
    TapSpec slowPathIn(Namespace namespace) {
        return TapSpec.builder(slowPath, namespace)
                .queues(end.queues())
                .mtu(end.mtu())
                .offload(end.offload())
                .persistent(end.persistent())
                .build();
    }

    boolean isSameDevice(VethSpec other) {
        return hostEnd.equals(other.hostEnd)
                && slowPath.equals(other.slowPath)
                && end.device().equals(other.end.device())
                && end.namespace().equals(other.end.namespace())
                && end.queues() == other.end.queues();
    }

    /** {@code veth "eth0" in namespace "lab-a"}, for error messages. */
    String name() {
        boolean isHost = end.namespace() instanceof Namespace.Current;
        return "veth \"" + end.device() + "\" " + (isHost ? "on the host" : "in namespace \"" + end.namespace() + "\"");
    }
}
