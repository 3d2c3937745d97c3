package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.sys.DeviceException;

/** Opens the network devices of ports in the kernel. Must be called on the control thread. */
@FunctionalInterface
interface DeviceOpener {
    /** Opens the port's device with this number of queues. If that fails, nothing is left open. */
    PortDevice open(PortConfig port, int queues) throws DeviceException;
}
