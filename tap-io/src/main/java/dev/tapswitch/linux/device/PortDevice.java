package dev.tapswitch.linux.device;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceName;

/**
 * The network device of a port: a TAP that Tapswitch created, or the host end of a veth pair that somebody else created.
 *
 * <p>A device has one queue per worker. A queue is a file descriptor: each read(2) returns one frame that arrived from the port's station,
 * each write(2) sends one frame to it. A frame begins with a struct virtio_net_hdr of 10 bytes (core.frame.VirtioNetHeader), followed by
 * the Ethernet header. A read returns EAGAIN when no frame is waiting; a queue that is not non-blocking blocks instead. Where a device
 * cannot return a frame, a read returns less than an Ethernet header behind the virtio_net_hdr, so that the drop is counted.
 *
 * <p>The descriptors belong to the device: they are valid until {@link #close}, wherever the interface is moved and however it is renamed.
 * Workers read and write them; {@link #close} must be called after the last worker has stopped using them.
 *
 * <p>The methods are thread-safe. They make system calls, some of which take milliseconds, and must not be called on a worker.
 */
public interface PortDevice extends AutoCloseable {
    /** The descriptors of the queues, one per worker; empty after {@link #close}. The caller owns the array. */
    int[] queueFds();

    /** Sets or clears O_NONBLOCK on all queues. */
    void setNonBlocking(boolean nonBlocking) throws DeviceException;

    /** Whether the queues support RWF_NOWAIT on every kernel that supports it for TAPs, so that io_uring can read and write bursts of frames. */
    boolean takesBursts();

    /** The state of the device; GONE after {@link #close}. Takes some microseconds. */
    LinkState state();

    /**
     * The interface's current MAC address, in the low 48 bits.
     *
     * @throws DeviceException if the device is gone
     */
    long mac() throws DeviceException;

    /**
     * The interface's current name, as {@link DeviceName} writes it.
     *
     * @throws DeviceException if the device is gone
     */
    String currentName() throws DeviceException;

    /** Whether the interface is in this namespace now; false if the device is gone. */
    boolean isIn(Namespace namespace);

    /** Closes the queues and releases the device. Throws nothing; a second call does nothing. */
    @Override
    void close();
}
