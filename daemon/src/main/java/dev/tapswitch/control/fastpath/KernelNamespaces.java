package dev.tapswitch.control.fastpath;

import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the namespace that an earlier process left, or creates one that outlives this process: it is mounted where mounting is permitted, and the supervisor holds a
 * descriptor of it.
 */
final class KernelNamespaces {
    private static final Logger LOG = LoggerFactory.getLogger(KernelNamespaces.class);

    private final Optional<Path> mount;
    private final NamespaceHolder holder;

    /** {@code mount}: where the namespace is mounted; empty for no mount. */
    KernelNamespaces(Optional<Path> mount, NamespaceHolder holder) {
        this.mount = mount;
        this.holder = holder;
    }

    /** The namespace of an earlier process; empty if there is none. */
    Optional<SwitchNamespace> inherited() {
        int fd = holder.takeNamespace();
        // The mount is tried first, because only a namespace that was adopted by its mount can be unmounted later.
        if (mount.isPresent() && Files.exists(mount.get())) {
            try {
                SwitchNamespace mounted = SwitchNamespace.adopt(mount.get());
                if (fd >= 0) Libc.close(fd);
                return Optional.of(mounted);
            } catch (DeviceException e) {
                LOG.debug("{}", e.getMessage());
            }
        }
        if (fd < 0) return Optional.empty();
        try {
            return Optional.of(SwitchNamespace.adopt(fd));
        } catch (DeviceException e) {
            LOG.warn("{}", e.getMessage());
            Libc.close(fd);
            return Optional.empty();
        }
    }

    SwitchNamespace create() throws DeviceException {
        SwitchNamespace created = mount.isPresent() ? createMounted(mount.get()) : SwitchNamespace.create();
        hold(created);
        return created;
    }

    private static SwitchNamespace createMounted(Path path) throws DeviceException {
        try {
            return SwitchNamespace.create(path);
        } catch (DeviceException e) {
            // The systemd unit permits no mount, but systemd holds the descriptor.
            LOG.debug("veth ports do not outlive a killed process without a supervisor: {}", e.getMessage());
            return SwitchNamespace.create();
        }
    }

    void hold(SwitchNamespace namespace) {
        holder.holdNamespace(namespace.fd());
    }

    /** Removes what an earlier process left, because no port needs it. */
    void removeInherited() {
        inherited().ifPresent(namespace -> {
            try {
                namespace.remove();
            } catch (DeviceException e) {
                LOG.warn("{}", e.getMessage());
            }
        });
    }
}
