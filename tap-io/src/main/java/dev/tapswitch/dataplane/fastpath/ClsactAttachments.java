package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.ClsactFilter;
import dev.tapswitch.linux.sys.DeviceException;

/** By filters, which belong to the interface and outlive the process by themselves. */
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
        // A process holds nothing.
    }
}
