package dev.tapswitch.linux.veth;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.NamespaceLinks;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netlink.VethPairs;
import dev.tapswitch.linux.netlink.VethPairs.Pair;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.tap.LinkChange;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tc.Shaper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Configures the container's end of a veth pair in its namespace, by its index there, and checks whether it is in a given namespace. */
final class ContainerEnd {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEnd.class);

    private ContainerEnd() {}

    /** Configures the end as {@link LinkChange#setUp} configures a TAP. */
    static void setUp(int namespace, TapSpec end, int index, boolean isNew) throws DeviceException {
        inside(namespace, index, (links, link) -> LinkChange.setUp(links, link, end, isNew));
    }

    /** Changes the end. Reverts the change as far as possible if a step fails. */
    static void change(int namespace, int index, LinkChange change) throws DeviceException {
        inside(namespace, index, change::applyOrRevert);
    }

    static void setSuperFrames(int namespace, int index, int bytes) throws DeviceException {
        inside(namespace, index, (links, link) -> links.setSuperFrames(link.index(), bytes));
    }

    /** Work on a link in the namespace of the calling thread. */
    private interface LinkWork {
        void run(RtNetlink links, LinkInfo link) throws DeviceException;
    }

    private static void inside(int namespace, int index, LinkWork work) throws DeviceException {
        NamespaceLinks.call(namespace, links -> {
            LinkInfo link =
                    links.find(index).orElseThrow(() -> new DeviceException(Kind.GONE, "the container's end is gone"));
            work.run(links, link);
            return null;
        });
    }

    /** Work with a descriptor of a namespace. */
    interface WithNamespace<T> {
        T run(int namespace) throws DeviceException;
    }

    /**
     * Opens the namespace and does the work with its descriptor. A thread that has entered the namespace opens it, so that the descriptor refers to
     * the namespace that {@link NamespaceThread} has checked.
     */
    static <T> T withNamespace(Namespace name, WithNamespace<T> work) throws DeviceException {
        int namespace = NamespaceThread.call(
                name, () -> Libc.open("/proc/thread-self/ns/net", Linux.O_RDONLY | Linux.O_CLOEXEC));
        if (namespace < 0) throw new DeviceException(namespace, "opening its namespace: " + Errno.text(namespace));
        try {
            return work.run(namespace);
        } finally {
            Libc.close(namespace);
        }
    }

    /** Whether the end is in the namespace of a descriptor; {@code links} are those of the switch's namespace. */
    static boolean isAt(Pair pair, RtNetlink links, int namespace) throws DeviceException {
        return pair.namespaceId() != VethPairs.SAME_NAMESPACE
                && pair.namespaceId() == new VethPairs(links).namespaceId(namespace);
    }

    /** Requests about a namespace, made in the switch's namespace. */
    interface NamespaceRequests<T> {
        T run(RtNetlink links, int namespace) throws DeviceException;
    }

    /** Makes requests about the namespace with this name, without entering it. Returns {@code otherwise} if it does not exist. */
    static <T> T about(SwitchLinks switchLinks, Namespace name, T otherwise, NamespaceRequests<T> requests)
            throws DeviceException {
        int namespace = Libc.open(name.file(), Linux.O_RDONLY | Linux.O_CLOEXEC | Linux.O_NONBLOCK);
        if (namespace < 0) return otherwise;
        try {
            if (name instanceof Namespace.OfProcess process && !process.isRunning()) return otherwise;
            // The file may not be a namespace any more.
            if (Libc.ioctl(namespace, Linux.NS_GET_NSTYPE, 0) != Linux.CLONE_NEWNET) return otherwise;
            return switchLinks.call(links -> requests.run(links, namespace));
        } finally {
            Libc.close(namespace);
        }
    }

    /** Removes the ifb device of the receive limit, which outlives the container's end. */
    static void removeIfb(TapSpec end) {
        try {
            NamespaceLinks.call(end.namespace(), links -> {
                if (links.find(end.device()).isEmpty()) new Shaper(links).removeLeftover(end.device());
                return null;
            });
        } catch (DeviceException e) {
            // The namespace may be gone, and the ifb device with it. A leftover one carries no frames and is reused.
            LOG.debug("no ifb device removed for {}: {}", end.device(), e.getMessage());
        }
    }
}
