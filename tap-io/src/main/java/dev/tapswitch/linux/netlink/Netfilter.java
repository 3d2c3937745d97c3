package dev.tapswitch.linux.netlink;

/** Constants of nfnetlink for nftables. Each group names its header. */
public final class Netfilter {
    // include/uapi/linux/netlink.h, include/uapi/linux/netfilter/nfnetlink.h
    public static final int NETLINK_NETFILTER = 12;
    public static final int NFNLGRP_NFTABLES = 7;
    public static final int NFNL_SUBSYS_NFTABLES = 10;
    /** struct nfgenmsg: family (1 byte), version (1), resource id (2). */
    public static final int NFGENMSG_SIZE = 4;

    // include/uapi/linux/netfilter/nf_tables.h
    public static final int NFT_MSG_NEWTABLE = 0;
    public static final int NFT_MSG_DELTABLE = 2;
    public static final int NFT_MSG_NEWCHAIN = 3;
    public static final int NFT_MSG_DELCHAIN = 5;
    public static final int NFT_MSG_NEWRULE = 6;
    public static final int NFT_MSG_DELRULE = 8;
    public static final int NFTA_TABLE_NAME = 1;
    public static final int NFTA_CHAIN_NAME = 3;
    public static final int NFTA_RULE_CHAIN = 2;

    private Netfilter() {}
}
