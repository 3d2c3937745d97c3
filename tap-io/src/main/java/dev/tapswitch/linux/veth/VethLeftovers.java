package dev.tapswitch.linux.veth;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netlink.VethPairs;
import dev.tapswitch.linux.netlink.VethPairs.Pair;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapDevice;
import java.util.Optional;

/** What an earlier process left of veth ports in the switch's namespace. {@link VethPort#takeOver} takes it over. */
public final class VethLeftovers {
    private VethLeftovers() {}

    /** The index of the container's end of a pair that an earlier process left; 0 if there is none. */
    public static int peerOf(VethSpec spec, SwitchLinks switchLinks) throws DeviceException {
        return switchLinks
                .call(links -> pairOf(links, spec.hostEnd()))
                .map(pair -> pair.peer().index())
                .orElse(0);
    }

    /** Deletes what an earlier process left of a port that is not to be taken over. Does nothing if there is nothing. */
    public static void remove(VethSpec spec, SwitchLinks switchLinks) throws DeviceException {
        switchLinks.call(links -> {
            Optional<LinkInfo> host =
                    links.find(spec.hostEnd()).filter(link -> link.kind().equals("veth"));
            if (host.isPresent()) links.delete(host.get().index());
            deleteTap(links, spec.slowPath());
            return null;
        });
        ContainerEnd.removeIfb(spec.end());
    }

    static Optional<Pair> pairOf(RtNetlink links, String hostEnd) throws DeviceException {
        Optional<LinkInfo> host = links.find(hostEnd);
        return host.isEmpty()
                ? Optional.empty()
                : new VethPairs(links).find(host.get().index());
    }

    /** Closes a TAP, and deletes it if it is persistent already. */
    static void discard(TapDevice slowPath, SwitchLinks switchLinks, Exception reason) {
        slowPath.close();
        try {
            switchLinks.call(links -> {
                deleteTap(links, slowPath.spec().device());
                return null;
            });
        } catch (DeviceException e) {
            reason.addSuppressed(e);
        }
    }

    private static void deleteTap(RtNetlink links, String name) throws DeviceException {
        Optional<LinkInfo> tap = links.find(name).filter(link -> link.tap().isPresent());
        if (tap.isPresent()) links.delete(tap.get().index());
    }
}
