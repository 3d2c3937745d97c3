package dev.tapswitch.linux.netlink;

/** Constants of rtnetlink: links, addresses, routes, traffic control. Each group names its header. */
public final class Netlink {
    // include/uapi/linux/netlink.h
    public static final int NETLINK_ROUTE = 0;
    public static final int SOL_NETLINK = 270;
    public static final int NETLINK_CAP_ACK = 10;
    public static final int NETLINK_EXT_ACK = 11;
    public static final int NETLINK_GET_STRICT_CHK = 12;
    public static final int NLMSG_HDRLEN = 16;
    public static final int NLMSG_ERROR = 2;
    public static final int NLMSG_DONE = 3;
    public static final int NLM_F_REQUEST = 0x1;
    public static final int NLM_F_ACK = 0x4;
    /** In a reply: the dump is inconsistent because the listed objects changed while it was assembled. */
    public static final int NLM_F_DUMP_INTR = 0x10;

    public static final int NLM_F_DUMP = 0x300;
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_ACK_TLVS = 0x200;
    public static final int NLMSGERR_ATTR_MSG = 1;
    public static final int NLA_TYPE_MASK = 0x3fff;
    public static final int NLA_F_NESTED = 0x8000;
    /** struct sockaddr_nl: family (2 bytes), padding (2), port (4), groups (4). */
    public static final int SOCKADDR_NL_SIZE = 12;

    public static final int SOCKADDR_NL_GROUPS = 8;

    // include/uapi/linux/rtnetlink.h
    public static final int RTM_NEWLINK = 16;
    public static final int RTM_DELLINK = 17;
    public static final int RTM_GETLINK = 18;
    public static final int RTM_SETLINK = 19;
    public static final int RTMGRP_LINK = 1;
    public static final int RTM_NEWADDR = 20;
    public static final int RTM_GETADDR = 22;
    public static final int RTM_DELADDR = 21;
    public static final int RTM_NEWROUTE = 24;
    public static final int RTM_DELROUTE = 25;
    public static final int RTM_GETROUTE = 26;
    public static final int RTM_NEWQDISC = 36;
    public static final int RTM_DELQDISC = 37;
    public static final int RTM_NEWTFILTER = 44;
    public static final int RTM_GETNSID = 90;
    public static final int IFINFOMSG_SIZE = 16;
    public static final int IFADDRMSG_SIZE = 8;
    public static final int RTMSG_SIZE = 12;
    /** struct rtgenmsg: family (1 byte), aligned to 4. */
    public static final int RTGENMSG_SIZE = 4;

    public static final int RTEXT_FILTER_SKIP_STATS = 0x8;
    public static final int RTA_DST = 1;
    public static final int RTA_OIF = 4;
    public static final int RTA_GATEWAY = 5;
    public static final int RT_TABLE_MAIN = 254;
    public static final int RTPROT_STATIC = 4;
    public static final int RTN_UNICAST = 1;
    public static final int RT_SCOPE_UNIVERSE = 0;
    public static final int TCA_KIND = 1;
    public static final int TCA_OPTIONS = 2;

    // include/uapi/linux/if_link.h
    public static final int IFLA_ADDRESS = 1;
    public static final int IFLA_IFNAME = 3;
    public static final int IFLA_MTU = 4;
    /** For one end of a veth pair, the index of the other end in the namespace of {@link #IFLA_LINK_NETNSID}. */
    public static final int IFLA_LINK = 5;

    public static final int IFLA_MASTER = 10;
    /** The attributes of a bridge port, in a message of the family AF_BRIDGE. */
    public static final int IFLA_PROTINFO = 12;

    public static final int IFLA_LINKINFO = 18;
    public static final int IFLA_IFALIAS = 20;

    public static final int IFLA_GROUP = 27;
    /** In a request that creates or moves a link: a descriptor of the namespace that the link is created in or moved to. */
    public static final int IFLA_NET_NS_FD = 28;

    public static final int IFLA_EXT_MASK = 29;
    /** The namespace of the peer, by its id in the requesting namespace; absent if it is the same namespace. */
    public static final int IFLA_LINK_NETNSID = 37;
    /** In a request: the id of the namespace in which the link is. */
    public static final int IFLA_TARGET_NETNSID = 46;
    /** The largest super-frames of TCP over IPv4 that the link sends, bytes. Linux 6.3; older kernels ignore this and the next one. */
    public static final int IFLA_GSO_IPV4_MAX_SIZE = 63;

    public static final int IFLA_GRO_IPV4_MAX_SIZE = 64;

    public static final int IFLA_INFO_KIND = 1;
    public static final int IFLA_INFO_DATA = 2;
    public static final int IFLA_INFO_SLAVE_DATA = 5;
    public static final int IFLA_TUN_TYPE = 3;
    public static final int IFLA_TUN_MULTI_QUEUE = 7;
    public static final int IFLA_TUN_NUM_QUEUES = 8;

    // include/uapi/linux/veth.h: struct ifinfomsg and the attributes of the other end
    public static final int VETH_INFO_PEER = 1;

    // include/uapi/linux/net_namespace.h
    public static final int NETNSA_NSID = 1;
    public static final int NETNSA_FD = 3;

    // include/uapi/linux/if_link.h: the port of a bridge
    public static final int IFLA_BRPORT_STATE = 1;
    public static final int IFLA_BRPORT_LEARNING = 8;
    public static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
    public static final int IFLA_BRPORT_FLUSH = 24;
    public static final int IFLA_BRPORT_MCAST_FLOOD = 27;
    public static final int IFLA_BRPORT_BCAST_FLOOD = 30;
    /** Since Linux 5.18. */
    public static final int IFLA_BRPORT_LOCKED = 39;

    // include/uapi/linux/if_bridge.h
    public static final int BR_STATE_DISABLED = 0;
    public static final int BR_STATE_FORWARDING = 3;

    // include/uapi/linux/if_addr.h
    public static final int IFA_ADDRESS = 1;
    public static final int IFA_LOCAL = 2;
    public static final int IFA_BROADCAST = 4;
    public static final int IFA_F_NODAD = 0x02;
    public static final int IFA_F_DADFAILED = 0x08;

    // include/uapi/linux/pkt_sched.h
    public static final int TC_H_ROOT = 0xFFFF_FFFF;
    public static final int TC_H_INGRESS = 0xFFFF_FFF1;
    public static final int TC_LINKLAYER_ETHERNET = 1;
    public static final int TCA_TBF_PARMS = 1;
    public static final int TCA_TBF_RATE64 = 4;
    public static final int TCA_TBF_BURST = 6;

    // include/uapi/linux/pkt_cls.h
    public static final int TC_ACT_STOLEN = 4;
    public static final int TCA_ACT_KIND = 1;
    public static final int TCA_ACT_OPTIONS = 2;
    public static final int TCA_U32_SEL = 5;
    public static final int TCA_U32_ACT = 7;
    public static final int TC_U32_TERMINAL = 1;

    // include/uapi/linux/tc_act/tc_mirred.h
    public static final int TCA_EGRESS_REDIR = 1;
    public static final int TCA_MIRRED_PARMS = 2;

    private Netlink() {}
}
