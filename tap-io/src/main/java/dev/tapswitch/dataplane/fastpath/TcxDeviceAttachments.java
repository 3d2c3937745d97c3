package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.TcxProgram;
import dev.tapswitch.linux.sys.DeviceException;

/** Attaches programs by tcx without links: attachments belong to the interface and outlive the process. */
final class TcxDeviceAttachments implements Attachments {
    @Override
    public void attach(BpfProgram program, int ifindex) throws DeviceException {
        TcxProgram.attach(program, ifindex);
    }

    @Override
    public void detach(int ifindex) throws DeviceException {
        TcxProgram.detach(ifindex);
    }

    @Override
    public void close() {
        // The process holds no descriptors.
    }
}
