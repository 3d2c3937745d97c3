package dev.tapswitch.linux.bpf;

import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_DUMP;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELQDISC;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWQDISC;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWTFILTER;
import static dev.tapswitch.linux.netlink.Netlink.TCA_KIND;
import static dev.tapswitch.linux.netlink.Netlink.TCA_OPTIONS;

import dev.tapswitch.linux.netlink.NetlinkAttributes;
import dev.tapswitch.linux.netlink.NetlinkException;
import dev.tapswitch.linux.netlink.NetlinkMessage;
import dev.tapswitch.linux.netlink.NetlinkSocket;
import dev.tapswitch.linux.sys.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Attaches programs to what interfaces receive, by filters of the clsact queueing discipline (tc-bpf(8)), for kernels without {@link TcxLink}. A
 * filter belongs to the interface, not to a process: it stays until it is detached or the interface is deleted. Interface indexes refer to the
 * namespace of the calling thread.
 */
public final class ClsactFilter {
    // include/uapi/linux/rtnetlink.h
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;

    // include/uapi/linux/pkt_sched.h: TC_H_CLSACT, and TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and _EGRESS
    private static final int CLSACT = 0xFFFF_FFF1;
    private static final int CLSACT_HANDLE = 0xFFFF_0000;
    private static final int INGRESS = 0xFFFF_FFF2;
    private static final int EGRESS = 0xFFFF_FFF3;

    // include/uapi/linux/pkt_cls.h
    private static final int TCA_BPF_FD = 6;
    private static final int TCA_BPF_NAME = 7;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int TCA_BPF_ID = 11;
    /** The program's return value is the verdict. */
    private static final int TCA_BPF_FLAG_ACT_DIRECT = 1;

    // struct tcmsg
    private static final int TCMSG_SIZE = 20;
    private static final int TCM_INFO = 16;

    private static final int HANDLE = 1;
    /**
     * tcm_info of our filter: in the high half the priority 0x7473 ("ts"), which distinguishes it from other filters; in the low half ETH_P_ALL in
     * network byte order.
     */
    private static final int INFO = 0x7473 << 16 | Short.toUnsignedInt(Short.reverseBytes((short) 3));

    private static final Set<Integer> NOT_THERE = Set.of(Errno.ENOENT, Errno.EINVAL, Errno.ENODEV);

    private ClsactFilter() {}

    /** Attaches a program, or atomically replaces the one that was attached by this method before. */
    public static void attach(BpfProgram program, int ifindex) throws BpfException {
        String what = "attaching " + program + " to interface " + ifindex + " by clsact";
        NetlinkMessage qdisc = new NetlinkMessage(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL)
                .traffic(ifindex, CLSACT_HANDLE, CLSACT, 0)
                .attribute(TCA_KIND, "clsact");
        NetlinkMessage filter = new NetlinkMessage(RTM_NEWTFILTER, NLM_F_CREATE)
                .traffic(ifindex, HANDLE, INGRESS, INFO)
                .attribute(TCA_KIND, "bpf")
                .nested(
                        TCA_OPTIONS,
                        options -> options.attribute(TCA_BPF_FD, program.fd())
                                .attribute(TCA_BPF_NAME, program.name())
                                .attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));
        try (NetlinkSocket netlink = new NetlinkSocket()) {
            act(netlink, qdisc, Set.of(Errno.EEXIST));
            netlink.request(filter);
        } catch (NetlinkException e) {
            String advice = e.errno() == Errno.ENOENT || e.errno() == Errno.EOPNOTSUPP
                    ? "the kernel needs sch_ingress and cls_bpf"
                    : words(e);
            throw new BpfException(what, e.errno(), advice);
        }
    }

    /** Removes our filter, and the queueing discipline if it has no other filters. Does nothing if neither exists. */
    public static void detach(int ifindex) throws BpfException {
        NetlinkMessage filter = new NetlinkMessage(RTM_DELTFILTER, 0)
                .traffic(ifindex, HANDLE, INGRESS, INFO)
                .attribute(TCA_KIND, "bpf");
        try (NetlinkSocket netlink = new NetlinkSocket()) {
            act(netlink, filter, NOT_THERE);
            if (hasFilters(netlink, ifindex, INGRESS) || hasFilters(netlink, ifindex, EGRESS)) return;
            NetlinkMessage qdisc = new NetlinkMessage(RTM_DELQDISC, 0).traffic(ifindex, CLSACT_HANDLE, CLSACT, 0);
            act(netlink, qdisc, NOT_THERE);
        } catch (NetlinkException e) {
            throw new BpfException("detaching from interface " + ifindex, e.errno(), words(e));
        }
    }

    /** The kernel's explanation in addition to the error number; empty if there is none. */
    private static String words(NetlinkException e) {
        return e.getMessage().equals(Errno.text(e.errno())) ? "" : e.getMessage();
    }

    /** The ids of the programs that {@link #attach} has attached, also in another process; none if the interface does not exist. */
    public static List<Integer> attached(int ifindex) throws BpfException {
        try (NetlinkSocket netlink = new NetlinkSocket()) {
            List<Integer> ids = new ArrayList<>();
            for (byte[] filter : filters(netlink, ifindex, INGRESS)) {
                int info =
                        ByteBuffer.wrap(filter).order(ByteOrder.nativeOrder()).getInt(TCM_INFO);
                int id = new NetlinkAttributes(filter, TCMSG_SIZE)
                        .nested(TCA_OPTIONS)
                        .number(TCA_BPF_ID, 0);
                if (info == INFO && id != 0) ids.add(id);
            }
            return ids;
        } catch (NetlinkException e) {
            if (NOT_THERE.contains(e.errno())) return List.of();
            throw new BpfException("asking for the filters of interface " + ifindex, e.errno(), words(e));
        }
    }

    private static List<byte[]> filters(NetlinkSocket netlink, int ifindex, int parent) throws NetlinkException {
        return netlink.request(new NetlinkMessage(RTM_GETTFILTER, NLM_F_DUMP).traffic(ifindex, 0, parent, 0));
    }

    private static boolean hasFilters(NetlinkSocket netlink, int ifindex, int parent) throws NetlinkException {
        return !filters(netlink, ifindex, parent).isEmpty();
    }

    private static void act(NetlinkSocket netlink, NetlinkMessage message, Set<Integer> content)
            throws NetlinkException {
        try {
            netlink.request(message);
        } catch (NetlinkException e) {
            if (!content.contains(e.errno())) throw e;
        }
    }
}
