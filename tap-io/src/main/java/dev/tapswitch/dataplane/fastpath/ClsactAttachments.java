package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.ClsactFilter;
import dev.tapswitch.linux.sys.DeviceException;

/** Attaches programs by clsact filters, which belong to the interface and outlive the process. */
final class ClsactAttachments implements Attachments {
    @Override
    public void attach(BpfProgram program, int ifindex) throws DeviceException {
        ClsactFilter.attach(program, ifindex);
    }

    @Override
    public void detach(int ifindex) throws DeviceException {
        ClsactFilter.detach(ifindex);
    }

    @Override
    public void close() {
        // The process holds no descriptors.
    }
}
