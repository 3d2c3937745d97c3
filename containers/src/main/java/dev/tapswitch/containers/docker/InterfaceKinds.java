package dev.tapswitch.containers.docker;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import java.util.HashMap;
import java.util.Map;

/**
 * The types of interfaces that networks get: veth pairs where the kernel fast path works, and TAPs elsewhere, unless an option of the network sets the
 * type. Must be used on the control thread.
 */
final class InterfaceKinds {
    private final KernelFastPath fastPath;
    /** The types of the host ports' interfaces, by network id. They do not change while the daemon runs. */
    private final Map<String, PortKind> hostPorts = new HashMap<>();

    InterfaceKinds(KernelFastPath fastPath) {
        this.fastPath = fastPath;
    }

    /** The type of an interface that is created now: TAP or VETH. */
    PortKind of(DockerNetwork network) {
        PortKind wanted = network.get(PortSchema.KIND);
        if (wanted != PortKind.AUTO) return wanted;
        return fastPath.whyNot().isEmpty() ? PortKind.VETH : PortKind.TAP;
    }

    /** The type of the host port's interface. An interface that an earlier process has left keeps its type, so that the host's connections survive. */
    PortKind ofHostPort(DockerNetwork network) {
        return hostPorts.computeIfAbsent(
                network.id(), _ -> EndpointLocation.isTapOnHost(network.device()) ? PortKind.TAP : of(network));
    }

    void forget(DockerNetwork network) {
        hostPorts.remove(network.id());
    }
}
