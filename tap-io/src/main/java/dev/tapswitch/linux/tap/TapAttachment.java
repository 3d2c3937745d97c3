package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.device.QueueFds;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.LinkInfo.TapQueues;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Tun;
import java.util.Arrays;
import java.util.Optional;

/** Attaches the queues of a TAP: creates the device, or re-attaches to a persistent one. */
final class TapAttachment {
    private TapAttachment() {}

    /** Throws unless the existing device with the wanted name is a TAP that nobody has open and that supports the wanted number of queues. */
    static void checkFree(LinkInfo link, TapSpec spec) throws DeviceException {
        if (link.tap().isEmpty()) {
            String kind = link.kind().equals("tun") ? "TUN" : link.kind().isEmpty() ? "hardware" : link.kind();
            throw new DeviceException(
                    "a device with this name exists there and is not a TAP (" + kind + "); choose another name");
        }
        TapQueues existing = link.tap().get();
        if (existing.openCount() > 0) {
            throw new DeviceException(
                    Kind.NAME_TAKEN,
                    Errno.EBUSY,
                    "EBUSY, the TAP exists and another program or another port has it open; stop that or choose another name");
        }
        if (spec.queues() > 1 && !existing.isMultiQueue()) {
            throw new DeviceException("the existing persistent TAP was created with one queue, and " + spec.queues()
                    + " are needed; delete it with `ip link del " + spec.device()
                    + "` in its namespace, or use one worker");
        }
    }

    /** Attaches all queues, in the calling thread's namespace. On failure none stays open. */
    static int[] attach(TapSpec spec, Optional<LinkInfo> existing) throws DeviceException {
        boolean multiQueue =
                existing.flatMap(LinkInfo::tap).map(TapQueues::isMultiQueue).orElse(spec.queues() > 1);
        int[] queues = new int[spec.queues()];
        Arrays.fill(queues, -1);
        for (int i = 0; i < queues.length; i++) {
            int fd = TunFile.open();
            queues[i] = fd;
            boolean creates = i == 0 && existing.isEmpty();
            int flags = (multiQueue ? Tun.IFF_MULTI_QUEUE : 0) | (creates ? Tun.IFF_TUN_EXCL : 0);
            int result = fd < 0 ? fd : TunFile.attach(fd, spec.device(), flags);
            if (result >= 0) continue;
            QueueFds.close(queues);
            throw fd < 0
                    ? new DeviceException(fd, whyNoFile(fd))
                    : result == -Errno.EBUSY
                            ? new DeviceException(
                                    Kind.NAME_TAKEN,
                                    result,
                                    "EBUSY, another interface there has this name; choose another name")
                            : new DeviceException(result, whyNotAttached(result));
        }
        return queues;
    }

    private static String whyNoFile(int errno) {
        return switch (-errno) {
            case Errno.ENOENT, Errno.ENODEV ->
                "the kernel has no " + Tun.DEVICE + "; load its driver with `modprobe tun`";
            case Errno.EACCES, Errno.EPERM -> "no access to " + Tun.DEVICE + "; run as root";
            case Errno.EMFILE -> "EMFILE, too many open files; raise LimitNOFILE= or `ulimit -n`";
            default -> Tun.DEVICE + ": " + Errno.text(errno);
        };
    }

    private static String whyNotAttached(int errno) {
        return switch (-errno) {
            case Errno.EPERM -> "EPERM; run as root or with CAP_NET_ADMIN";
            case Errno.EINVAL ->
                "EINVAL, a device with this name exists there and cannot be attached to; choose another name";
            default -> Errno.text(errno);
        };
    }
}
