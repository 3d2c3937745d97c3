package dev.tapswitch.linux.veth;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netlink.BridgePorts;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.LinkState;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.packet.Packet;
import dev.tapswitch.linux.packet.PacketSocket;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.tap.TapAttachment;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TunFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host end of a veth pair that is a port of one of the kernel's bridges, taken over from it: it stays that bridge's port, but nothing passes
 * there any more; its frames come to us. Closing gives it back. Any control thread.
 */
public final class VethDevice implements PortDevice {
    private static final int[] NO_QUEUES = {};
    private static final Logger LOG = LoggerFactory.getLogger(VethDevice.class);
    /** What the kernel says where there is no such port of a bridge. */
    private static final Set<Integer> NONE = Set.of(Errno.ENODEV, Errno.EOPNOTSUPP, Errno.EINVAL);

    private static final String GONE = "the veth is gone";

    private final String device;
    private final int index;
    private int[] queues;

    private VethDevice(String device, int index, int[] queues) {
        this.device = device;
        this.index = index;
        this.queues = queues;
    }

    /** Takes it over, with so many queues, one per worker. Where that fails the bridge still has it. */
    public static VethDevice open(String device, int queues) throws DeviceException {
        try (RtNetlink links = new RtNetlink();
                BridgePorts ports = new BridgePorts()) {
            LinkInfo link = links.find(device).orElseThrow(() -> new DeviceException(Kind.GONE, GONE));
            if (!link.kind().equals("veth")) throw new DeviceException("it is no veth");
            VethDevice veth = new VethDevice(device, link.index(), openAll(link.index(), queues));
            try {
                ports.shut(link.index());
            } catch (DeviceException | RuntimeException e) {
                veth.close();
                throw e;
            }
            // The bridge has served them too.
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
                if (fds[i] < 0) throw new DeviceException(fds[i], "packet socket: " + Errno.text(fds[i]));
            }
            TapDevice.require("sharing packet sockets", PacketSocket.share(fds));
            return fds;
        } catch (DeviceException e) {
            TapAttachment.close(fds);
            throw e;
        }
    }

    @Override
    public synchronized int[] queueFds() {
        return queues.clone();
    }

    @Override
    public synchronized void setNonBlocking(boolean nonBlocking) throws DeviceException {
        for (int queue : queues) TapDevice.require("O_NONBLOCK", TunFile.setNonBlocking(queue, nonBlocking));
    }

    /** Not before Linux 6.5: until then RWF_NOWAIT is EOPNOTSUPP for sockets. */
    @Override
    public boolean takesBursts() {
        return false;
    }

    /** The other end has no less to say than this one: where that is down, this one has no carrier. */
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
            boolean isThere = queues.length > 0
                    && findName(request)
                    && Libc.ioctl(queues[0], Linux.SIOCGIFHWADDR, request.address()) >= 0;
            if (!isThere) throw new DeviceException(Kind.GONE, GONE);
            long mac = 0;
            // sa_family, then the address
            for (int i = 0; i < 6; i++) {
                mac = mac << 8 | Byte.toUnsignedInt(request.get(JAVA_BYTE, Linux.IFNAMSIZ + 2L + i));
            }
            return mac;
        }
    }

    /**
     * The MAC of the container's end as it is now, low 48 bits; empty where the pair is gone. Who is root in the container may change it: what
     * it was when the link first came up is what the container runtime gave.
     */
    public OptionalLong peerMac() throws DeviceException {
        try (RtNetlink links = new RtNetlink()) {
            return links.peerMac(index);
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
        TapAttachment.close(queues);
        queues = NO_QUEUES;
        try (BridgePorts ports = new BridgePorts()) {
            ports.restore(index);
        } catch (DeviceException e) {
            // The veth went first, or is no bridge's port any more: there is nothing to give back.
            if (!NONE.contains(e.errno()))
                LOG.warn(
                        "veth \"{}\" can't be given back to its bridge: {}; restart its container",
                        device,
                        e.getMessage());
        }
    }

    /** Fills in the name that the interface has now; false where it is gone. */
    private boolean findName(MemorySegment request) {
        request.set(JAVA_INT, Linux.IFNAMSIZ, index);
        return Libc.ioctl(queues[0], Packet.SIOCGIFNAME, request.address()) >= 0;
    }
}
