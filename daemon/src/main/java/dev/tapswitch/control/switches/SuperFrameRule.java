package dev.tapswitch.control.switches;

import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SuperFrames;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.VethPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides the size of the super-frames of a switch's veth ports (docs/decisions/0016). Large ones multiply the rate of TCP between ports for which the kernel forwards. A
 * TAP can't carry them: the kernel would cut each into frames of the MTU, at a small part of the usual rate. Must be called on the control thread.
 */
final class SuperFrameRule {
    private static final Logger LOG = LoggerFactory.getLogger(SuperFrameRule.class);
    private static final int STANDARD_BYTES = 65_536;
    private static final int LARGE_BYTES = 262_144;

    private SuperFrameRule() {}

    /** Sets the sizes of all ports. Must be called after ports were opened, closed, changed or moved. */
    static void apply(RunningSwitch sw) {
        boolean isAllFast =
                sw.ports().stream().filter(port -> port.device() != null).allMatch(SuperFrameRule::isFast);
        for (RunningPort port : sw.ports()) {
            if (!(port.device() instanceof VethPort veth)) continue;
            try {
                veth.setSuperFrames(isLarge(port, isAllFast) ? LARGE_BYTES : STANDARD_BYTES);
            } catch (DeviceException e) {
                // The interface is being moved or deleted. The rule is applied again once its place is known.
                LOG.debug("{}: {}", PortRecovery.where(sw, port.config()), e.getMessage());
            }
        }
    }

    /** Frames to a port without offload go slow, because userspace must segment them. */
    private static boolean isFast(RunningPort port) {
        return port.device() instanceof VethPort && port.config().get(PortSchema.OFFLOAD);
    }

    private static boolean isLarge(RunningPort port, boolean isAllFast) {
        SuperFrames wanted = port.config().get(PortSchema.SUPER_FRAMES);
        return wanted == SuperFrames.LARGE || wanted == SuperFrames.AUTO && isAllFast;
    }
}
