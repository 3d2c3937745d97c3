package dev.tapswitch.linux.tap;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Tun;
import java.util.Arrays;
import java.util.Optional;

/** How the queues of a TAP are attached: made, or taken up again when it is persistent, and refused with reasons when it is not to be had. */
public final class TapAttachment {
    private TapAttachment() {}

    /** Throws unless an existing device of the wanted name is a TAP that nobody has open and that can have so many queues. */
    static void checkFree(LinkInfo link, TapSpec spec) throws DeviceException {
        if (!link.tap()) {
            String kind = link.kind().equals("tun") ? "TUN" : link.kind().isEmpty() ? "hardware" : link.kind();
            throw new DeviceException(
                    "the name is taken there by a device that is not a TAP (" + kind + "); choose another name");
        }
        if (link.queues() > 0) {
            throw new DeviceException(
                    Kind.NAME_TAKEN,
                    Errno.EBUSY,
                    "EBUSY, the TAP exists and another program or another port has it open; stop that or choose another name");
        }
        if (spec.queues() > 1 && !link.multiQueue()) {
            throw new DeviceException("the persistent TAP that exists was made with one queue, and " + spec.queues()
                    + " are needed; delete it with `ip link del " + spec.device() + "` in there, or use one worker");
        }
    }

    /** Attaches all the queues, in the calling thread's namespace; none stays open on failure. */
    static int[] attach(TapSpec spec, Optional<LinkInfo> existing) throws DeviceException {
        boolean multiQueue = existing.map(LinkInfo::multiQueue).orElse(spec.queues() > 1);
        int[] queues = new int[spec.queues()];
        Arrays.fill(queues, -1);
        for (int i = 0; i < queues.length; i++) {
            int fd = TunFile.open();
            queues[i] = fd;
            boolean creates = i == 0 && existing.isEmpty();
            int flags = (multiQueue ? Tun.IFF_MULTI_QUEUE : 0) | (creates ? Tun.IFF_TUN_EXCL : 0);
            int result = fd < 0 ? fd : TunFile.attach(fd, spec.device(), flags);
            if (result >= 0) continue;
            close(queues);
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

    public static void close(int[] queues) {
        for (int queue : queues) {
            if (queue >= 0) Libc.close(queue);
        }
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
            case Errno.EPERM -> "EPERM, run as root (or with CAP_NET_ADMIN)";
            case Errno.EINVAL -> "EINVAL, the name is taken there by a device that can't be attached to";
            default -> Errno.text(errno);
        };
    }
}
