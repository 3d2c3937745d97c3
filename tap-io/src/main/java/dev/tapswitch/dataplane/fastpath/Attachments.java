package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.BpfProgram;
import dev.tapswitch.linux.sys.DeviceException;

/**
 * Attaches programs to what interfaces receive, in one of the ways that {@link FastPathSettings.Attachment} names. Interface indexes refer to the
 * network namespace of the calling thread. Not thread-safe.
 */
sealed interface Attachments extends AutoCloseable
        permits TcxAttachments, TcxDeviceAttachments, ClsactAttachments, MixedAttachments {
    /** Attaches a program, or replaces the attached one atomically: no frame passes the interface without a program. */
    void attach(BpfProgram program, int ifindex) throws DeviceException;

    /** As {@link #attach}, for a TAP, whose frames are few. */
    default void attachToTap(BpfProgram program, int ifindex) throws DeviceException {
        attach(program, ifindex);
    }

    /** Detaches the program. Does nothing if no program is attached, or if the interface does not exist. */
    void detach(int ifindex) throws DeviceException;

    /** Closes the descriptors of this process. Attachments that outlive the process stay. */
    @Override
    void close();
}
