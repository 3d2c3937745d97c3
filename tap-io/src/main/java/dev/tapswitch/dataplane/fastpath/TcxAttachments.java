package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.TcxLink;
import dev.tapswitch.linux.sys.DeviceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Attaches programs by tcx links. Pinned links outlive the process; other links end with it. */
final class TcxAttachments implements Attachments {
    private final Optional<PinDirectory> pins;
    private final Map<Integer, TcxLink> links = new HashMap<>();

    TcxAttachments(Optional<PinDirectory> pins) {
        this.pins = pins;
    }

    @Override
    public void attach(BpfProgram program, int ifindex) throws DeviceException {
        TcxLink link = links.get(ifindex);
        if (link == null && isPinned(ifindex)) link = TcxLink.open(pin(ifindex));
        if (link != null && link.ifindex() == ifindex) {
            links.put(ifindex, link);
            link.update(program);
            return;
        }
        // This link belongs to an interface that does not exist any more.
        if (link != null) link.close();
        detach(ifindex);
        attachNew(program, ifindex);
    }

    private void attachNew(BpfProgram program, int ifindex) throws DeviceException {
        TcxLink link = TcxLink.attach(program, ifindex);
        try {
            if (pins.isPresent()) link.pin(pin(ifindex));
        } catch (DeviceException e) {
            link.close();
            throw e;
        }
        links.put(ifindex, link);
    }

    @Override
    public void detach(int ifindex) throws DeviceException {
        if (pins.isPresent()) pins.get().remove(name(ifindex));
        TcxLink link = links.remove(ifindex);
        if (link != null) link.close();
    }

    private boolean isPinned(int ifindex) {
        return pins.isPresent() && Files.exists(pin(ifindex));
    }

    private Path pin(int ifindex) {
        return pins.orElseThrow().path(name(ifindex));
    }

    private static String name(int ifindex) {
        return "link-" + ifindex;
    }

    @Override
    public void close() {
        links.values().forEach(TcxLink::close);
        links.clear();
    }
}
