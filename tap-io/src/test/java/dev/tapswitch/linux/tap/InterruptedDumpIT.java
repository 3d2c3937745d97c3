package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.netlink.Netlink.IFINFOMSG_SIZE;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_DUMP;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_GETLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netlink.NetlinkAttributes;
import dev.tapswitch.linux.netlink.NetlinkException;
import dev.tapswitch.linux.netlink.NetlinkMessage;
import dev.tapswitch.linux.netlink.NetlinkSocket;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A list of links that is changed while the kernel assembles it is requested again. */
@Timeout(400)
class InterruptedDumpIT {
    /** More links than fit into one datagram of 32 KiB. */
    private static final int LINKS = 150;

    private static final int ENOUGH = 10;
    private static final long DEADLINE_NANOS = 20_000_000_000L;
    private static final long PAUSE_NANOS = 3_000_000;

    @Test
    void noLinkIsMissedWhileOthersAreAddedAndRemoved() throws Exception {
        try (NetnsFixture netns = new NetnsFixture()) {
            var isOver = new AtomicBoolean();
            Thread others = null;
            try {
                in(netns, netlink -> {
                    for (int i = 0; i < LINKS; i++) netlink.request(createLink("stays" + i));
                    return null;
                });
                others = Thread.ofPlatform().start(() -> churn(netns, isOver));
                int repeated = in(netns, InterruptedDumpIT::list);
                System.out.println("lists requested again: " + repeated);
                assertTrue(
                        repeated >= ENOUGH, "only " + repeated + " lists were interrupted, too few to prove anything");
            } finally {
                isOver.set(true);
                if (others != null) others.join();
            }
        }
    }

    /** Lists until enough of the lists have been interrupted. */
    private static int list(NetlinkSocket netlink) throws NetlinkException {
        long start = System.nanoTime();
        while (netlink.repeatedDumps() < ENOUGH && System.nanoTime() - start < DEADLINE_NANOS) {
            List<byte[]> answers = netlink.request(new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(0, 0, 0));
            List<String> stay = answers.stream()
                    .map(answer -> new NetlinkAttributes(answer, IFINFOMSG_SIZE).text(IFLA_IFNAME))
                    .filter(name -> name.startsWith("stays"))
                    .toList();
            Set<String> all =
                    IntStream.range(0, LINKS).mapToObj(i -> "stays" + i).collect(Collectors.toSet());
            assertEquals(all, Set.copyOf(stay));
            assertEquals(LINKS, stay.size(), "no link is listed twice");
        }
        return netlink.repeatedDumps();
    }

    private static void churn(NetnsFixture netns, AtomicBoolean isOver) {
        try {
            in(netns, netlink -> {
                while (!isOver.get()) {
                    netlink.request(createLink("comes"));
                    LockSupport.parkNanos(PAUSE_NANOS);
                    netlink.request(
                            new NetlinkMessage(RTM_DELLINK, 0).link(0, 0, 0).attribute(IFLA_IFNAME, "comes"));
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                return null;
            });
        } catch (DeviceException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NetlinkMessage createLink(String name) {
        return new NetlinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "ifb"));
    }

    /** Requests on a socket inside a namespace. */
    private interface Requests<T> {
        T run(NetlinkSocket netlink) throws NetlinkException;
    }

    private static <T> T in(NetnsFixture netns, Requests<T> requests) throws DeviceException {
        return NamespaceThread.call(netns.namespace(), () -> {
            try (NetlinkSocket netlink = new NetlinkSocket()) {
                return requests.run(netlink);
            } catch (NetlinkException e) {
                throw RtNetlink.failed("test request", e);
            }
        });
    }
}
