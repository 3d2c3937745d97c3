package dev.tapswitch.linux.device;

import dev.tapswitch.linux.netlink.LinkState;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceName;

/**
 * What a port is attached to: a TAP of ours, or the host end of somebody else's veth pair. Its queues carry {@code virtio_net_hdr} and
 * frame, one per read and write. Any control thread; never a worker.
 */
public interface PortDevice extends AutoCloseable {
    /** The queues' file descriptors, one per worker; empty after {@link #close}. */
    int[] queueFds();

    void setNonBlocking(boolean nonBlocking) throws DeviceException;

    /** Whether io_uring can read and write its queues without ever waiting, on all kernels on which it can so with a TAP's. */
    boolean takesBursts();

    /** Some microseconds; GONE after {@link #close}. */
    LinkState state();

    /** The interface's own MAC address as it is now, in the low 48 bits. Fails when the device is gone. */
    long mac() throws DeviceException;

    /** What the interface is called now, as {@link DeviceName}'s text. Fails when the device is gone. */
    String currentName() throws DeviceException;

    /** Whether the interface is in this namespace now; false when the device is gone. */
    boolean isIn(Namespace namespace);

    /** Lets go of it. Again: nothing. */
    @Override
    void close();
}
