package dev.tapswitch.linux.veth;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.device.QueueFds;
import dev.tapswitch.linux.netlink.BridgePorts;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netlink.VethPairs;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.packet.Packet;
import dev.tapswitch.linux.packet.PacketSocket;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host end of a veth pair that is a port of a kernel bridge. While this device is open, the veth stays a port of its bridge but the
 * bridge forwards none of its frames; they arrive here instead. Closing restores the port. Thread-safe; must not be called on a worker.
 */
public final class VethDevice implements PortDevice {
    private static final int[] NO_QUEUES = {};
    private static final Logger LOG = LoggerFactory.getLogger(VethDevice.class);
    /** Errors of the kernel when the link is gone or is not a port of a bridge. */
    private static final Set<Integer> NOT_A_PORT = Set.of(Errno.ENODEV, Errno.EOPNOTSUPP, Errno.EINVAL);

    private static final String GONE = "the veth is gone";

    private final String device;
    private final int index;
    private int[] queues;

    private VethDevice(String device, int index, int[] queues) {
        this.device = device;
        this.index = index;
        this.queues = queues;
    }

    /** Takes a veth over from its bridge. If that fails, the bridge still serves it. */
    public static VethDevice open(String device, int queues) throws DeviceException {
        try (RtNetlink links = new RtNetlink()) {
            LinkInfo link = links.find(device).orElseThrow(() -> new DeviceException(Kind.GONE, GONE));
            if (!link.kind().equals("veth")) throw new DeviceException("it is not a veth");
            VethDevice veth = new VethDevice(device, link.index(), openAll(link.index(), queues));
            try {
                new BridgePorts(links).shut(link.index());
            } catch (DeviceException | RuntimeException e) {
                veth.close();
                throw e;
            }
            // The frames that arrived until now were forwarded by the bridge.
            for (int queue : veth.queues) PacketSocket.drain(queue);
            return veth;
        } catch (DeviceException e) {
            throw new DeviceException("cannot take over veth \"" + device + "\": " + e.getMessage(), e);
        }
    }

    private static int[] openAll(int index, int count) throws DeviceException {
        int[] fds = new int[count];
        Arrays.fill(fds, -1);
        try {
            for (int i = 0; i < count; i++) {
                fds[i] = PacketSocket.open(index);
                if (fds[i] < 0) throw new DeviceException(fds[i], "opening a packet socket: " + Errno.text(fds[i]));
            }
            QueueFds.require("joining the packet sockets", PacketSocket.share(fds));
            return fds;
        } catch (DeviceException e) {
            QueueFds.close(fds);
            throw e;
        }
    }

    @Override
    public synchronized int[] queueFds() {
        return queues.clone();
    }

    @Override
    public synchronized void setNonBlocking(boolean nonBlocking) throws DeviceException {
        QueueFds.setNonBlocking(queues, nonBlocking);
    }

    /** Sockets support RWF_NOWAIT since Linux 6.5; older kernels return EOPNOTSUPP. */
    @Override
    public boolean takesBursts() {
        return false;
    }

    /** The veth has a carrier only if the other end of the pair is up too. */
    @Override
    public synchronized LinkState state() {
        if (queues.length == 0) return LinkState.GONE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            if (!findName(request)) return LinkState.GONE;
            if (Libc.ioctl(queues[0], Packet.SIOCGIFFLAGS, request.address()) < 0) return LinkState.GONE;
            boolean isRunning = (request.get(JAVA_SHORT, Linux.IFNAMSIZ) & Packet.IFF_RUNNING) != 0;
            return isRunning ? LinkState.UP : LinkState.DOWN;
        }
    }

    @Override
    public synchronized long mac() throws DeviceException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            boolean exists = queues.length > 0
                    && findName(request)
                    && Libc.ioctl(queues[0], Linux.SIOCGIFHWADDR, request.address()) >= 0;
            if (!exists) throw new DeviceException(Kind.GONE, GONE);
            long mac = 0;
            // ifr_hwaddr: sa_family (2 bytes), then the address
            for (int i = 0; i < 6; i++) {
                mac = mac << 8 | Byte.toUnsignedInt(request.get(JAVA_BYTE, Linux.IFNAMSIZ + 2L + i));
            }
            return mac;
        }
    }

    /**
     * The current MAC of the container's end, in the low 48 bits; empty if the pair is gone. Root in the container may change it: only the
     * MAC at the time when the link first comes up is known to be the one that the container runtime assigned.
     */
    public OptionalLong peerMac() throws DeviceException {
        try (RtNetlink links = new RtNetlink()) {
            return new VethPairs(links)
                    .find(index).stream().mapToLong(pair -> pair.peer().mac()).findFirst();
        }
    }

    @Override
    public String currentName() {
        return device;
    }

    @Override
    public boolean isIn(Namespace namespace) {
        return namespace instanceof Namespace.Current;
    }

    @Override
    public synchronized void close() {
        if (queues.length == 0) return;
        QueueFds.close(queues);
        queues = NO_QUEUES;
        try (RtNetlink links = new RtNetlink()) {
            new BridgePorts(links).restore(index);
        } catch (DeviceException e) {
            // If the veth is gone or is not a port of a bridge any more, there is nothing to restore.
            if (!NOT_A_PORT.contains(e.errno()))
                LOG.warn("cannot return veth \"{}\" to its bridge: {}; restart its container", device, e.getMessage());
        }
    }

    /** Fills in the current name of the interface; false if it is gone. */
    private boolean findName(MemorySegment request) {
        request.set(JAVA_INT, Linux.IFNAMSIZ, index);
        return Libc.ioctl(queues[0], Linux.SIOCGIFNAME, request.address()) >= 0;
    }
}
