package dev.tapswitch.linux.tc;

import static dev.tapswitch.linux.netlink.Netlink.IFLA_IFNAME;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_INFO_KIND;
import static dev.tapswitch.linux.netlink.Netlink.IFLA_LINKINFO;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_CREATE;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_EXCL;
import static dev.tapswitch.linux.netlink.Netlink.NLM_F_REPLACE;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_DELQDISC;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWLINK;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWQDISC;
import static dev.tapswitch.linux.netlink.Netlink.RTM_NEWTFILTER;
import static dev.tapswitch.linux.netlink.Netlink.TCA_ACT_KIND;
import static dev.tapswitch.linux.netlink.Netlink.TCA_ACT_OPTIONS;
import static dev.tapswitch.linux.netlink.Netlink.TCA_EGRESS_REDIR;
import static dev.tapswitch.linux.netlink.Netlink.TCA_KIND;
import static dev.tapswitch.linux.netlink.Netlink.TCA_MIRRED_PARMS;
import static dev.tapswitch.linux.netlink.Netlink.TCA_OPTIONS;
import static dev.tapswitch.linux.netlink.Netlink.TCA_TBF_BURST;
import static dev.tapswitch.linux.netlink.Netlink.TCA_TBF_PARMS;
import static dev.tapswitch.linux.netlink.Netlink.TCA_TBF_RATE64;
import static dev.tapswitch.linux.netlink.Netlink.TCA_U32_ACT;
import static dev.tapswitch.linux.netlink.Netlink.TCA_U32_SEL;
import static dev.tapswitch.linux.netlink.Netlink.TC_ACT_STOLEN;
import static dev.tapswitch.linux.netlink.Netlink.TC_H_INGRESS;
import static dev.tapswitch.linux.netlink.Netlink.TC_H_ROOT;
import static dev.tapswitch.linux.netlink.Netlink.TC_LINKLAYER_ETHERNET;
import static dev.tapswitch.linux.netlink.Netlink.TC_U32_TERMINAL;

import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.NetlinkMessage;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Limits what an interface sends and receives with the kernel's token bucket filter (tc-tbf(8)), which delays frames before it drops them.
 * Linux cannot queue received frames on the interface itself, so they are redirected through an ifb device beside it, as CNI's bandwidth
 * plugin does. Works in the namespace of an {@link RtNetlink} and with its thread rules.
 */
public final class Shaper {
    /** The handle of qdiscs that Tapswitch adds, "ts"; qdiscs with other handles are left alone. */
    private static final int HANDLE = 0x7473_0000;

    private static final int INGRESS_HANDLE = 0xFFFF_0000;
    /** tcm_info of a filter: priority 1 in the high half, ETH_P_ALL in network byte order in the low half. */
    private static final int FILTER_INFO = 1 << 16 | Short.toUnsignedInt(inNetworkOrder((short) 3));

    private static final String IFB = "ifb";
    private static final int MAX_NAME_BYTES = 15;
    /** Bytes of an Ethernet header with a VLAN tag. */
    private static final int OVERHEAD = 18;
    /** A frame that would wait longer than 25 ms is dropped. */
    private static final long LATENCY_PER_SECOND = 40;

    private final RtNetlink links;

    public Shaper(RtNetlink links) {
        this.links = links;
    }

    /** Limits what an interface sends, or removes the limit. */
    public void limitSending(int index, RateLimit limit, int mtu) throws DeviceException {
        if (limit.isSet()) links.request(what("send", limit), bucket(index, limit, mtu));
        else
            links.request(
                    "removing the limit on sending",
                    new NetlinkMessage(RTM_DELQDISC, 0).traffic(index, HANDLE, TC_H_ROOT, 0),
                    Errno.ENOENT,
                    Errno.EINVAL);
    }

    /** Limits what an interface receives, or removes the limit with its ifb device. */
    public void limitReceiving(int index, String device, RateLimit limit, int mtu) throws DeviceException {
        Optional<LinkInfo> found = findIfb(device);
        if (found.isPresent() || limit.isSet()) removeRedirect(index);
        if (limit.isSet()) {
            LinkInfo ifb = found.isPresent() ? found.get() : createIfb(device, limit);
            links.request(what("receive", limit), bucket(ifb.index(), limit, mtu));
            links.setUp(ifb.index(), true);
            redirectAll(index, ifb.index(), limit);
        } else if (found.isPresent()) {
            remove(found.get());
        }
    }

    /** Removes the ifb device of an interface that does not exist any more. */
    public void removeLeftover(String device) throws DeviceException {
        Optional<LinkInfo> found = findIfb(device);
        if (found.isPresent()) remove(found.get());
    }

    private Optional<LinkInfo> findIfb(String device) throws DeviceException {
        return links.find(ifbName(device)).filter(link -> link.kind().equals(IFB));
    }

    private LinkInfo createIfb(String device, RateLimit limit) throws DeviceException {
        String name = ifbName(device);
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
                .link(0, 0, 0)
                .deviceName(IFLA_IFNAME, name)
                .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, IFB));
        links.request(what("receive", limit) + ", creating " + name, message);
        return links.find(name)
                .orElseThrow(() ->
                        new DeviceException(DeviceException.Kind.GONE, name + " was removed while it was set up"));
    }

    /** {@code ifb-eth0}, or {@code ifb-} and a hash if that is too long for the name of an interface. */
    static String ifbName(String device) {
        String name = IFB + "-" + device;
        if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES) return name;
        return IFB + "-" + HexFormat.of().toHexDigits(device.hashCode());
    }

    private void remove(LinkInfo ifb) throws DeviceException {
        links.request(
                "removing " + ifb.name(), new NetlinkMessage(RTM_DELLINK, 0).link(ifb.index(), 0, 0), Errno.ENODEV);
    }

    private void removeRedirect(int index) throws DeviceException {
        links.request(
                "removing the limit on receiving",
                new NetlinkMessage(RTM_DELQDISC, 0).traffic(index, INGRESS_HANDLE, TC_H_INGRESS, 0),
                Errno.ENOENT,
                Errno.EINVAL);
    }

    /** Redirects all frames that one interface receives to an ifb device, which passes them on as if it had received them. */
    private void redirectAll(int from, int to, RateLimit limit) throws DeviceException {
        links.request(
                what("receive", limit),
                new NetlinkMessage(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL)
                        .traffic(from, INGRESS_HANDLE, TC_H_INGRESS, 0)
                        .attribute(TCA_KIND, "ingress"));
        NetlinkMessage filter = new NetlinkMessage(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL)
                .traffic(from, 0, INGRESS_HANDLE, FILTER_INFO)
                .attribute(TCA_KIND, "u32")
                .nested(
                        TCA_OPTIONS,
                        options -> options.attribute(TCA_U32_SEL, matchAll())
                                .nested(TCA_U32_ACT, actions -> actions.nested(1, action -> redirect(action, to))));
        links.request(what("receive", limit), filter);
    }

    private static void redirect(NetlinkMessage action, int to) {
        // struct tc_mirred: index, capab, action, refcnt, bindcnt, eaction, ifindex; 4 bytes each
        byte[] mirred = structure(28)
                .putInt(8, TC_ACT_STOLEN)
                .putInt(20, TCA_EGRESS_REDIR)
                .putInt(24, to)
                .array();
        action.attribute(TCA_ACT_KIND, "mirred")
                .nested(TCA_ACT_OPTIONS, options -> options.attribute(TCA_MIRRED_PARMS, mirred));
    }

    /** struct tc_u32_sel with one struct tc_u32_key whose mask is 0: matches every frame. */
    private static byte[] matchAll() {
        return structure(32).put(0, (byte) TC_U32_TERMINAL).put(2, (byte) 1).array();
    }

    private static NetlinkMessage bucket(int index, RateLimit limit, int mtu) {
        // A bucket smaller than a frame would let no frame pass.
        long burst = clamp(Math.max(limit.burstBits() / Byte.SIZE, mtu + OVERHEAD));
        long limitBytes = clamp(burst + limit.bytesPerSecond() / LATENCY_PER_SECOND);
        // struct tc_tbf_qopt: two struct tc_ratespec of 12 bytes (linklayer at 1, rate at 8), then limit, buffer, mtu
        byte[] parameters = structure(36)
                .put(1, (byte) TC_LINKLAYER_ETHERNET)
                .putInt(8, (int) clamp(limit.bytesPerSecond()))
                .putInt(24, (int) limitBytes)
                .array();
        return new NetlinkMessage(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE)
                .traffic(index, HANDLE, TC_H_ROOT, 0)
                .attribute(TCA_KIND, "tbf")
                .nested(
                        TCA_OPTIONS,
                        options -> options.attribute(TCA_TBF_PARMS, parameters)
                                .attribute(TCA_TBF_RATE64, limit.bytesPerSecond())
                                .attribute(TCA_TBF_BURST, (int) burst));
    }

    /** Limits a value to an unsigned field of 32 bits. */
    private static long clamp(long bytes) {
        return Math.min(bytes, 0xFFFF_FFFFL);
    }

    private static ByteBuffer structure(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    private static short inNetworkOrder(short number) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? number : Short.reverseBytes(number);
    }

    private static String what(String verb, RateLimit limit) {
        return verb + "-limit " + limit + " (the kernel needs sch_tbf"
                + (verb.equals("send") ? "" : ", sch_ingress, cls_u32, act_mirred and ifb") + ")";
    }
}
