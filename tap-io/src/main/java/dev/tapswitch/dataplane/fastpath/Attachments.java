package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.sys.DeviceException;

/** How programs are attached to interfaces. Interfaces are of the namespace that the calling thread is in. Not thread-safe. */
sealed interface Attachments extends AutoCloseable permits TcxAttachments, TcxDeviceAttachments, ClsactAttachments {
    /** Attaches, or replaces what is attached without a gap. */
    void attach(BpfProgram program, int ifindex) throws DeviceException;

    /** Where nothing is attached, or the interface is gone: nothing. */
    void detach(int ifindex) throws DeviceException;

    /** Gives up what this process holds; what outlives processes stays attached. */
    @Override
    void close();
}
