package dev.tapswitch.control.fastpath;

import dev.tapswitch.dataplane.fastpath.FastPath;
import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.dataplane.fastpath.FastPathSettings;
import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.linux.bpf.BpfFeature;
import dev.tapswitch.linux.bpf.BpfFeatures;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.SwitchLinks;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all veth ports of the daemon share in the kernel: a namespace for their host ends, and the programs and maps. All of it ends with the process. */
final class SwitchKernel implements AutoCloseable {
    /** The map's memory is used only by entries that exist, except for 16 bytes each. */
    static final int MAX_STATIONS = 1 << 18;

    static final int MAX_PORTS = 1 << 13;

    private static final Logger LOG = LoggerFactory.getLogger(SwitchKernel.class);

    private final SwitchNamespace namespace;
    private final SwitchLinks links;
    private final FastPath fastPath;
    private final Attachment attachment;

    private SwitchKernel(SwitchNamespace namespace, SwitchLinks links, FastPath fastPath, Attachment attachment) {
        this.attachment = attachment;
        this.namespace = namespace;
        this.links = links;
        this.fastPath = fastPath;
    }

    static SwitchKernel open(BpfFeatures features) throws DeviceException {
        Attachment attachment = features.has(BpfFeature.TCX) ? Attachment.TCX : Attachment.CLSACT;
        var settings = new FastPathSettings(Optional.empty(), attachment, MAX_STATIONS, MAX_PORTS);
        SwitchNamespace namespace = SwitchNamespace.create();
        SwitchLinks links = null;
        try {
            links = new SwitchLinks(namespace);
            FastPath fastPath = FastPath.open(settings);
            fastPath.beat(System.nanoTime());
            return new SwitchKernel(namespace, links, fastPath, attachment);
        } catch (DeviceException | RuntimeException e) {
            if (links != null) links.close();
            namespace.close();
            throw e;
        }
    }

    SwitchLinks links() {
        return links;
    }

    /** tcx or clsact. */
    String attachment() {
        return attachment.name().toLowerCase(Locale.ROOT);
    }

    FastPath fastPath() {
        return fastPath;
    }

    /** Attaches the programs to a port's interfaces. */
    void add(FastPathPort port) throws DeviceException {
        namespace.call(() -> {
            fastPath.add(port);
            return null;
        });
    }

    /** Detaches the programs, which works also if the interfaces are gone. */
    void remove(int hostEnd) {
        try {
            namespace.call(() -> {
                fastPath.remove(hostEnd);
                return null;
            });
        } catch (DeviceException e) {
            LOG.warn("the fast path's programs cannot be detached from interface {}: {}", hostEnd, e.getMessage());
        }
    }

    @Override
    public void close() {
        fastPath.close();
        links.close();
        namespace.close();
    }
}
