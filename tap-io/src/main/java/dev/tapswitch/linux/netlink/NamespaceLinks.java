package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;

/** Makes requests about the links of a namespace on a thread that has entered it, as {@link NamespaceThread} does, with a socket that is closed afterwards. */
public final class NamespaceLinks {
    private NamespaceLinks() {}

    /** Makes requests in the namespace that has this name now. */
    public static <T> T call(Namespace namespace, RtNetlink.Requests<T> requests) throws DeviceException {
        return NamespaceThread.call(namespace, () -> run(requests));
    }

    /** Makes requests in the namespace that {@code fd} refers to. Error messages call it "its namespace". */
    public static <T> T call(int fd, RtNetlink.Requests<T> requests) throws DeviceException {
        return NamespaceThread.call(fd, "its namespace", () -> run(requests));
    }

    private static <T> T run(RtNetlink.Requests<T> requests) throws DeviceException {
        try (RtNetlink links = new RtNetlink()) {
            return requests.run(links);
        }
    }
}
