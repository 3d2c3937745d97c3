package dev.tapswitch.linux.veth;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceKey;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * The links of the switch's namespace, through one rtnetlink socket that is opened in it, so that a query needs no thread in that namespace. All veth
 * ports of a namespace share it. Thread-safe. The namespace must stay open for as long as there are ports.
 */
public final class SwitchLinks implements AutoCloseable {
    /** The group of the host ends and TAPs of ports that are not persistent. */
    static final int GROUP = 1;

    private final SwitchNamespace namespace;
    private final RtNetlink links;
    private final int socket;

    public SwitchLinks(SwitchNamespace namespace) throws DeviceException {
        this.namespace = namespace;
        links = namespace.call(RtNetlink::shared);
        try {
            socket = namespace.call(SwitchLinks::openSocket);
        } catch (DeviceException e) {
            links.close();
            throw e;
        }
    }

    /** Opens a socket for ioctl(2), which takes some microseconds; a request to rtnetlink takes about 50. */
    private static int openSocket() throws DeviceException {
        int fd = Libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        if (fd < 0) throw new DeviceException(fd, "opening a socket in the switch's namespace: " + Errno.text(fd));
        return fd;
    }

    /** Whether a link exists, and both the link and its peer are up. */
    synchronized boolean hasCarrier(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Linux.IFREQ_SIZE, 8);
            request.set(JAVA_INT, Linux.IFNAMSIZ, index);
            if (Libc.ioctl(socket, Linux.SIOCGIFNAME, request.address()) < 0) return false;
            // The flag IFF_RUNNING may be a second late (net/core/link_watch.c). ETHTOOL_GLINK returns the current
            // state.
            MemorySegment carrier = arena.allocate(JAVA_INT, 2);
            carrier.set(JAVA_INT, 0, Linux.ETHTOOL_GLINK);
            request.set(ADDRESS, Linux.IFNAMSIZ, carrier);
            if (Libc.ioctl(socket, Linux.SIOCETHTOOL, request.address()) < 0) return false;
            return carrier.get(JAVA_INT, Integer.BYTES) != 0;
        }
    }

    /** The veth interfaces in the namespace: host ends of pairs, by name. */
    public Map<String, Integer> hostEnds() throws DeviceException {
        Map<String, Integer> ends = new HashMap<>();
        for (LinkInfo link : call(RtNetlink::links))
            if (link.kind().equals("veth")) ends.put(link.name(), link.index());
        return ends;
    }

    /** Deletes a link, and the other end of its pair. */
    public void delete(int index) throws DeviceException {
        call(netlink -> {
            netlink.delete(index);
            return null;
        });
    }

    /** Deletes the pairs and TAPs of all ports that are not persistent. Takes about as long as the deletion of one. */
    public void deleteAll() throws DeviceException {
        call(netlink -> {
            netlink.deleteGroup(GROUP);
            return null;
        });
    }

    Namespace namespace() {
        return namespace.namespace();
    }

    boolean isIn(int namespaceFd) {
        return NamespaceKey.of(namespaceFd).filter(namespace.key()::equals).isPresent();
    }

    synchronized <T> T call(RtNetlink.Requests<T> requests) throws DeviceException {
        return requests.run(links);
    }

    /** Closes the sockets. The namespace and its links stay. */
    @Override
    public synchronized void close() {
        links.close();
        Libc.close(socket);
    }
}
