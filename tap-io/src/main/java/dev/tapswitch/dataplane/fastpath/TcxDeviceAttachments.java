package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.bpf.TcxProgram;
import dev.tapswitch.linux.sys.DeviceException;

/** By tcx without links: attachments belong to the interface and outlive the process by themselves. */
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
        // A process holds nothing.
    }
}
