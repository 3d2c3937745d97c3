package dev.tapswitch.linux.netns;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network namespace in which the host ends of veth pairs and their slow-path TAPs are. The host's firewall and routes do not apply there, and no
 * interface in it sends anything by itself: IPv6 and forwarding are off.
 *
 * <p>The open descriptor keeps the namespace alive, and so does a mount. The namespace outlives the process if a mount is kept, or if the descriptor is
 * passed to a successor or to systemd's store. Thread-safe. Each method takes about a millisecond: must not be called on a worker.
 */
public final class SwitchNamespace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchNamespace.class);
    private static final String WHAT = "the switch's namespace";
    private static final Path SYSCTL = Path.of("/proc/sys/net");

    private final NamespaceKey key;
    private final Optional<Path> mount;
    private int fd;

    private SwitchNamespace(int fd, NamespaceKey key, Optional<Path> mount) {
        this.fd = fd;
        this.key = key;
        this.mount = mount;
    }

    /** Creates a namespace without a mount: it ends with its last descriptor. */
    public static SwitchNamespace create() throws DeviceException {
        int fd = unshare();
        try {
            return own(fd, Optional.empty());
        } catch (DeviceException | RuntimeException e) {
            Libc.close(fd);
            throw failed("cannot create " + WHAT, e);
        }
    }

    /**
     * Creates a namespace and mounts it at a path, whose directory must exist and be writable by root only. An empty file there is used: a process that
     * ended too early may have left it.
     *
     * @throws DeviceException of kind NAME_TAKEN if a namespace is mounted there already
     */
    public static SwitchNamespace create(Path mount) throws DeviceException {
        String what = "cannot create " + WHAT + " at " + mount;
        Mountpoint found = inspect(mount, what);
        if (found == Mountpoint.NAMESPACE) {
            throw new DeviceException(Kind.NAME_TAKEN, what + ": a namespace is mounted there; adopt or unmount it");
        }
        SwitchNamespace created = create();
        try {
            if (found == Mountpoint.ABSENT) createFile(mount);
            mount(created, mount);
            return new SwitchNamespace(created.fd, created.key, Optional.of(mount));
        } catch (DeviceException e) {
            created.close();
            throw failed(what, e);
        }
    }

    /** If this fails, the file is removed. */
    private static void mount(SwitchNamespace namespace, Path file) throws DeviceException {
        int result = Libc.mountBind(namespace.namespace().file(), file.toString());
        if (result >= 0) return;
        deleteFile(file);
        throw new DeviceException(result, "mounting it: " + mountError(result));
    }

    /**
     * Adopts the namespace of a descriptor that another process or systemd's store has passed. On success this object owns the descriptor; on failure
     * the caller still does.
     *
     * @throws DeviceException of kind NO_NAMESPACE if the descriptor is not of a network namespace
     */
    public static SwitchNamespace adopt(int fd) throws DeviceException {
        try {
            // systemd passes descriptors that children would inherit.
            Libc.fcntl(fd, Linux.F_SETFD, Linux.FD_CLOEXEC);
            return own(fd, Optional.empty());
        } catch (DeviceException e) {
            throw failed("cannot adopt " + WHAT, e);
        }
    }

    /**
     * Adopts the namespace that an earlier process has mounted at a path.
     *
     * @throws DeviceException of kind NO_NAMESPACE if no network namespace is mounted there
     */
    public static SwitchNamespace adopt(Path mount) throws DeviceException {
        String what = "cannot adopt " + WHAT + " at " + mount;
        if (inspect(mount, what) != Mountpoint.NAMESPACE) {
            throw new DeviceException(Kind.NO_NAMESPACE, what + ": no namespace is mounted there");
        }
        int fd = Libc.open(mount.toString(), Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (fd < 0) throw new DeviceException(fd, what + ": " + Errno.text(fd));
        try {
            return own(fd, Optional.of(mount));
        } catch (DeviceException | RuntimeException e) {
            Libc.close(fd);
            throw failed(what, e);
        }
    }

    /** unshare(2) on a thread that ends with it. Returns a descriptor of the new namespace. */
    private static int unshare() throws DeviceException {
        try {
            return NamespaceThread.callInNew(() -> {
                int fd = Libc.open("/proc/thread-self/ns/net", Linux.O_RDONLY | Linux.O_CLOEXEC);
                if (fd < 0) throw new DeviceException(fd, "opening /proc/thread-self/ns/net: " + Errno.text(fd));
                return fd;
            });
        } catch (DeviceException e) {
            throw failed("cannot create " + WHAT, e);
        }
    }

    private static SwitchNamespace own(int fd, Optional<Path> mount) throws DeviceException {
        if (Libc.ioctl(fd, Linux.NS_GET_NSTYPE, 0) != Linux.CLONE_NEWNET) {
            throw new DeviceException(Kind.NO_NAMESPACE, "it is not a network namespace");
        }
        Optional<NamespaceKey> key = NamespaceKey.of(fd);
        if (key.isEmpty()) throw new DeviceException(Kind.NO_NAMESPACE, "it cannot be identified; is /proc mounted?");
        // The settings below would cut the host off from IPv6.
        if (key.equals(NamespaceKey.of(new Namespace.Current()))) {
            throw new DeviceException("it is the daemon's own namespace, which its interfaces must not share");
        }
        NamespaceThread.call(fd, WHAT, SwitchNamespace::silence);
        return new SwitchNamespace(fd, key.get(), mount);
    }

    /** Turns off, in the calling thread's namespace, what an interface without an address would send or forward by itself. */
    private static Void silence() throws DeviceException {
        // "all" applies to existing interfaces, "default" to later ones.
        set("ipv6/conf/all/disable_ipv6", "1");
        set("ipv6/conf/default/disable_ipv6", "1");
        // A new namespace may inherit the host's value: Documentation/admin-guide/sysctl/net.rst,
        // devconf_inherit_init_net.
        set("ipv4/ip_forward", "0");
        return null;
    }

    private static void set(String name, String value) throws DeviceException {
        Path file = SYSCTL.resolve(name);
        try {
            // The file does not exist if the machine has no IPv6.
            if (!Files.exists(file) || Files.readString(file).strip().equals(value)) return;
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new DeviceException("cannot set " + file + " to " + value + " in it: " + e.getMessage(), e);
        }
    }

    /** What exists at the path of a mount. */
    private enum Mountpoint {
        ABSENT,
        EMPTY_FILE,
        NAMESPACE
    }

    private static Mountpoint inspect(Path path, String what) throws DeviceException {
        BasicFileAttributes file;
        try {
            if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) return Mountpoint.ABSENT;
            file = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new DeviceException(what + ": " + e, e);
        }
        // Not a symbolic link, which would mount elsewhere, and not a FIFO, which open(2) would wait for.
        if (!file.isRegularFile()) throw new DeviceException(what + ": it is not a regular file; remove it");
        int fd = Libc.open(path.toString(), Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (fd < 0) throw new DeviceException(fd, what + ": " + Errno.text(fd));
        int type = Libc.ioctl(fd, Linux.NS_GET_NSTYPE, 0);
        Libc.close(fd);
        if (type == Linux.CLONE_NEWNET) return Mountpoint.NAMESPACE;
        if (type < 0 && file.size() == 0) return Mountpoint.EMPTY_FILE;
        throw new DeviceException(what + ": another file is there; remove it");
    }

    private static void createFile(Path path) throws DeviceException {
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new DeviceException("creating the file of the mount: " + e, e);
        }
    }

    private static void deleteFile(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot delete {}: {}", path, e.getMessage());
        }
    }

    private static String mountError(int errno) {
        return Errno.text(errno) + (errno == -Errno.EPERM ? "; run as root or with CAP_SYS_ADMIN" : "");
    }

    private static DeviceException failed(String what, Exception e) {
        return new DeviceException(what + ": " + e.getMessage(), e);
    }

    /** A name by which this process can refer to the namespace until {@link #close}. */
    public Namespace namespace() {
        return new Namespace.AtPath("/proc/self/fd/" + fd());
    }

    /** The identity of the namespace, also after {@link #close}. */
    public NamespaceKey key() {
        return key;
    }

    /** The descriptor, to be passed to a successor. It belongs to this object. */
    public synchronized int fd() {
        if (fd < 0) throw new IllegalStateException("the switch's namespace is closed");
        return fd;
    }

    /** Does work in the namespace, as {@link NamespaceThread} does. */
    public <T> T call(NamespaceThread.Work<T> work) throws DeviceException {
        return NamespaceThread.call(fd(), WHAT, work);
    }

    /** Closes the descriptor and keeps the mount, if there is one, with everything in the namespace. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (fd >= 0) Libc.close(fd);
        fd = -1;
    }

    /** Closes the descriptor and removes the mount. The kernel deletes the interfaces once no process has the namespace open. */
    public synchronized void remove() throws DeviceException {
        close();
        if (mount.isEmpty()) return;
        Path path = mount.get();
        // Another process may have mounted another namespace there since.
        if (!NamespaceKey.of(new Namespace.AtPath(path.toString())).equals(Optional.of(key))) return;
        int result = Libc.unmount(path.toString(), Linux.MNT_DETACH | Linux.UMOUNT_NOFOLLOW);
        if (result < 0) throw new DeviceException(result, "cannot unmount " + path + ": " + mountError(result));
        deleteFile(path);
    }
}
