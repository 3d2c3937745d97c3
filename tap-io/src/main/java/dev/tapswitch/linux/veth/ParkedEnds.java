package dev.tapswitch.linux.veth;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.NamespaceLinks;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.Optional;
import java.util.Set;

/**
 * The host ends of persistent pairs while no daemon runs. The switch's namespace ends with the daemon, and a veth pair ends with either of its ends. So the daemon
 * moves the host end of a pair that is to remain into its own namespace, where the end is down and carries no frames, and back into the switch's namespace when it starts
 * again. The container's end keeps its addresses and routes meanwhile, and has no carrier. Must not be called on a worker.
 */
public final class ParkedEnds {
    private static final Namespace HOME = new Namespace.Current();
    private static final String ALIAS = "the other end of a container's interface, parked until tapswitch starts, ";

    private final String alias;

    /** {@code owner}: distinguishes this daemon from others on the machine, also after a restart; users see it in the interfaces' alias. */
    public ParkedEnds(String owner) {
        this.alias = ALIAS + owner;
    }

    /** Moves a host end from the switch's namespace to the daemon's. No program may be attached to it. */
    public void park(SwitchLinks links, int hostEnd) throws DeviceException {
        int home = open(HOME.file());
        try {
            links.call(inside -> {
                // Down before the move, so that no frame arrives on the host.
                inside.setUp(hostEnd, false);
                inside.move(hostEnd, home, alias);
                return null;
            });
        } finally {
            Libc.close(home);
        }
    }

    /** Moves the host end with this name back to the switch's namespace. Does nothing if it is not in the daemon's namespace. */
    public void takeBack(String hostEnd, SwitchNamespace namespace) throws DeviceException {
        NamespaceLinks.call(HOME, links -> {
            Optional<LinkInfo> parked =
                    links.find(hostEnd).filter(link -> link.kind().equals("veth"));
            if (parked.isPresent()) links.move(parked.get().index(), namespace.fd(), "");
            return null;
        });
    }

    /** Deletes the parked ends of this owner except those with these names. Returns how many it has deleted. */
    public int removeOthers(Set<String> names) throws DeviceException {
        return NamespaceLinks.call(HOME, links -> {
            int deleted = 0;
            for (LinkInfo link : links.links()) {
                if (!link.alias().equals(alias) || names.contains(link.name())) continue;
                links.delete(link.index());
                deleted++;
            }
            return deleted;
        });
    }

    private static int open(String file) throws DeviceException {
        int fd = Libc.open(file, Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (fd < 0) throw new DeviceException(fd, "opening " + file + ": " + Errno.text(fd));
        return fd;
    }
}
