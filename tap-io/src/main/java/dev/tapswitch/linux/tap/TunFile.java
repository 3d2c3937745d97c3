package dev.tapswitch.linux.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The queues of a TAP, which are file descriptors of /dev/net/tun, and the properties that can be read and set through them from any
 * namespace. Methods return -errno if the kernel refuses. Thread-safe.
 */
final class TunFile {
    /** Bytes of struct virtio_net_hdr, the legacy form without num_buffers: include/uapi/linux/virtio_net.h. */
    static final int VNET_HEADER_SIZE = 10;

    // struct ifreq: ifr_flags; ifr_hwaddr.sa_data, which follows ifr_hwaddr.sa_family
    private static final long FLAGS_OFFSET = Linux.IFNAMSIZ;
    private static final long HARDWARE_ADDRESS_OFFSET = Linux.IFNAMSIZ + 2;

    // include/uapi/asm-generic/poll.h: struct pollfd: fd (4), events (2), revents (2)
    private static final long POLLFD_SIZE = 8;
    private static final long EVENTS_OFFSET = 4;
    private static final long REVENTS_OFFSET = 6;

    private static final int SEGMENTATION = Tun.TUN_F_CSUM | Tun.TUN_F_TSO4 | Tun.TUN_F_TSO6;

    private TunFile() {}

    /** Opens a queue that is not attached to a device yet; the device will be created in the calling thread's namespace. Blocking. */
    static int open() {
        return Libc.open(Tun.DEVICE, Linux.O_RDWR | Linux.O_CLOEXEC);
    }

    /** TUNSETIFF: creates the TAP or attaches one more queue to it, with a virtio-net header and without packet information. */
    static int attach(int fd, String device, int moreFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            byte[] name = DeviceName.bytes(device);
            // The remaining bytes are zero. A longer name is cut off, so that it cannot overwrite the flags.
            MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, Math.min(name.length, Linux.IFNAMSIZ - 1));
            int flags = Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR | moreFlags;
            request.set(JAVA_SHORT, FLAGS_OFFSET, (short) flags);
            return Libc.ioctl(fd, Tun.TUNSETIFF, request.address());
        }
    }

    /** Sets the size of the virtio-net header. Like the offloads it is a property of the device and applies to all queues. */
    static int setVnetHeaderSize(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocateFrom(JAVA_INT, VNET_HEADER_SIZE);
            return Libc.ioctl(fd, Tun.TUNSETVNETHDRSZ, size.address());
        }
    }

    /**
     * Offers checksum and segmentation offload, for UDP too if the kernel supports it (6.2), or withdraws the offer, which a persistent TAP
     * may still have. TUN_F_TSO_ECN is not offered: the kernel segments the few frames with CWR, so that no code here needs to handle them
     * (RFC 3168 section 6.1.2: CWR in the first segment only).
     */
    static int setOffload(int fd, boolean offload) {
        if (!offload) return Libc.ioctl(fd, Tun.TUNSETOFFLOAD, 0);
        int all = Libc.ioctl(fd, Tun.TUNSETOFFLOAD, SEGMENTATION | Tun.TUN_F_USO4 | Tun.TUN_F_USO6);
        return all == -Errno.EINVAL ? Libc.ioctl(fd, Tun.TUNSETOFFLOAD, SEGMENTATION) : all;
    }

    /** TUNSETPERSIST: whether the device outlives its last queue. */
    static int setPersistent(int fd, boolean persistent) {
        return Libc.ioctl(fd, Tun.TUNSETPERSIST, persistent ? 1 : 0);
    }

    /**
     * The state of the device, without entering its namespace and without sending a frame. A namespace that was deleted but is kept alive
     * by this very descriptor still counts as existing; {@link TapDevice#state} detects that.
     *
     * <p>poll(2) reports a TAP as writable if it is up, and an error if it is gone (drivers/net/tun.c tun_chr_poll()). A zero-length write,
     * which reveals the state of a TUN, fails with EINVAL on a TAP with a virtio-net header whether it is up or down.
     */
    static LinkState state(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(POLLFD_SIZE, 8);
            request.set(JAVA_INT, 0, fd);
            request.set(JAVA_SHORT, EVENTS_OFFSET, (short) Linux.POLLOUT);
            int ready;
            do {
                ready = Libc.poll(request.address(), 1, 0);
            } while (ready == -Errno.EINTR);
            int events = request.get(JAVA_SHORT, REVENTS_OFFSET);
            if (ready > 0 && (events & ~Linux.POLLOUT) != 0) return LinkState.GONE;
            return ready > 0 ? LinkState.UP : LinkState.DOWN;
        }
    }

    /** The device's current name, as {@link DeviceName} writes it; empty if the device is gone. */
    static String name(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (Libc.ioctl(fd, Tun.TUNGETIFF, request.address()) < 0) return "";
            return DeviceName.text(request.asSlice(0, Linux.IFNAMSIZ).toArray(JAVA_BYTE));
        }
    }

    /** Whether the descriptor is a queue of an existing TAP with the flags that {@link #attach} sets. */
    static boolean isOurKind(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (Libc.ioctl(fd, Tun.TUNGETIFF, request.address()) < 0) return false;
            int wanted = Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR;
            return (request.get(JAVA_SHORT, FLAGS_OFFSET) & wanted) == wanted;
        }
    }

    /** The interface's MAC address, in the low 48 bits; -1 if the device is gone. */
    static long mac(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (Libc.ioctl(fd, Linux.SIOCGIFHWADDR, request.address()) < 0) return -1;
            long mac = 0;
            for (int i = 0; i < 6; i++) {
                mac = mac << 8 | Byte.toUnsignedInt(request.get(JAVA_BYTE, HARDWARE_ADDRESS_OFFSET + i));
            }
            return mac;
        }
    }

    /** A new file descriptor of the namespace in which the device is now. It keeps the namespace alive: the caller closes it soon. */
    static int openNamespace(int fd) {
        return Libc.ioctl(fd, Tun.TUNGETDEVNETNS, 0);
    }

    /** A new file descriptor of the namespace in which the device was created, wherever it is now. The caller closes it. */
    static int openCreationNamespace(int fd) {
        return Libc.ioctl(fd, Linux.SIOCGSKNS, 0);
    }
}
