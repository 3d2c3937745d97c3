package dev.tapswitch.linux.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One queue of a TAP: a file descriptor of /dev/net/tun, and what can be asked and set through it from any namespace. Answers are -errno
 * where the kernel refuses.
 */
public final class TunFile {
    /** struct virtio_net_hdr, the legacy one without num_buffers: include/uapi/linux/virtio_net.h. */
    static final int VNET_HEADER_SIZE = 10;

    /** struct ifreq: ifr_flags, and ifr_hwaddr.sa_data. */
    private static final long FLAGS_OFFSET = Linux.IFNAMSIZ;

    private static final long HARDWARE_ADDRESS_OFFSET = Linux.IFNAMSIZ + 2;

    private static final int SEGMENTATION = Tun.TUN_F_CSUM | Tun.TUN_F_TSO4 | Tun.TUN_F_TSO6;

    private TunFile() {}

    /** A new file, not yet attached, whose device will be in the calling thread's namespace. Blocking. */
    static int open() {
        return Libc.open(Tun.DEVICE, Linux.O_RDWR | Linux.O_CLOEXEC);
    }

    /** TUNSETIFF: makes the TAP, or one more queue of it, with a vnet header and no packet information. */
    static int attach(int fd, String device, int moreFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            byte[] name = DeviceName.bytes(device);
            // The rest is zero. A name that is too long is cut off, and the flags come after it.
            MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, Math.min(name.length, Linux.IFNAMSIZ - 1));
            int flags = Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR | moreFlags;
            request.set(JAVA_SHORT, FLAGS_OFFSET, (short) flags);
            return Libc.ioctl(fd, Tun.TUNSETIFF, request.address());
        }
    }

    /** The vnet header's size, which like the offloads belongs to the device: all its queues have it. */
    static int setVnetHeaderSize(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocateFrom(JAVA_INT, VNET_HEADER_SIZE);
            return Libc.ioctl(fd, Tun.TUNSETVNETHDRSZ, size.address());
        }
    }

    /**
     * Offers checksum and segmentation offload, UDP's too where the kernel knows it (6.2), or takes back what a persistent TAP was offered
     * before. TUN_F_TSO_ECN is not offered: the few frames with CWR are segmented by the kernel, and none of our code needs the
     * special case (RFC 3168 6.1.2: CWR only in the first segment).
     */
    static int setOffload(int fd, boolean offload) {
        if (!offload) return Libc.ioctl(fd, Tun.TUNSETOFFLOAD, 0);
        int all = Libc.ioctl(fd, Tun.TUNSETOFFLOAD, SEGMENTATION | Tun.TUN_F_USO4 | Tun.TUN_F_USO6);
        return all == -Errno.EINVAL ? Libc.ioctl(fd, Tun.TUNSETOFFLOAD, SEGMENTATION) : all;
    }

    static int setPersistent(int fd, boolean persistent) {
        return Libc.ioctl(fd, Tun.TUNSETPERSIST, persistent ? 1 : 0);
    }

    static int setCarrier(int fd, boolean carrier) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.ioctl(
                    fd,
                    Tun.TUNSETCARRIER,
                    arena.allocateFrom(JAVA_INT, carrier ? 1 : 0).address());
        }
    }

    public static int setNonBlocking(int fd, boolean nonBlocking) {
        int flags = Libc.fcntl(fd, Linux.F_GETFL, 0);
        if (flags < 0) return flags;
        return Libc.fcntl(fd, Linux.F_SETFL, nonBlocking ? flags | Linux.O_NONBLOCK : flags & ~Linux.O_NONBLOCK);
    }

    /** What the device is called now, where it is now, as {@link DeviceName}'s text; empty when it is gone. */
    static String name(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (Libc.ioctl(fd, Tun.TUNGETIFF, request.address()) < 0) return "";
            return DeviceName.text(request.asSlice(0, Linux.IFNAMSIZ).toArray(JAVA_BYTE));
        }
    }

    /** Whether it is a queue of a living TAP as {@link #attach} makes them. */
    static boolean isOurKind(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (Libc.ioctl(fd, Tun.TUNGETIFF, request.address()) < 0) return false;
            int wanted = Tun.IFF_TAP | Tun.IFF_NO_PI | Tun.IFF_VNET_HDR;
            return (request.get(JAVA_SHORT, FLAGS_OFFSET) & wanted) == wanted;
        }
    }

    /** The interface's own address in the low 48 bits; -1 when it is gone. */
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

    /** A new file descriptor of the namespace where the device is now; the caller closes it soon, for it keeps the namespace alive. */
    static int openNamespace(int fd) {
        return Libc.ioctl(fd, Tun.TUNGETDEVNETNS, 0);
    }

    /** A new file descriptor of the namespace that the device was made in, wherever it is now. */
    static int openNamespaceMadeIn(int fd) {
        return Libc.ioctl(fd, Linux.SIOCGSKNS, 0);
    }
}
