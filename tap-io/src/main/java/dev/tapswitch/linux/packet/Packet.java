package dev.tapswitch.linux.packet;

/** Constants of packet sockets (include/uapi/linux/if_packet.h) and of socket filters in classic BPF (include/uapi/linux/filter.h). */
public final class Packet {
    public static final int AF_PACKET = 17;
    /** include/uapi/linux/if_ether.h ETH_P_ALL, in network byte order as struct sockaddr_ll requires. */
    public static final int ETH_P_ALL_NETWORK_ORDER = 0x0300;

    public static final int SOL_PACKET = 263;
    public static final int PACKET_VNET_HDR = 15;
    public static final int PACKET_FANOUT = 18;
    /** Since Linux 4.20. */
    public static final int PACKET_IGNORE_OUTGOING = 23;

    /** Distributes frames by a hash of their flow: the frames of a flow, in both directions, go to the same socket. */
    public static final int PACKET_FANOUT_HASH = 0;
    /** The kernel chooses a free group number. */
    public static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;

    // struct sockaddr_ll: family, protocol, interface index, then fields that bind(2) ignores
    public static final int SOCKADDR_LL_SIZE = 20;
    public static final int SOCKADDR_LL_PROTOCOL = 2;
    public static final int SOCKADDR_LL_INDEX = 4;

    // include/uapi/asm-generic/socket.h
    public static final int SO_ATTACH_FILTER = 26;
    public static final int SO_RCVBUFFORCE = 33;

    // include/uapi/linux/bpf_common.h: load a word from a fixed offset, jump if equal, return a constant
    public static final int BPF_LOAD_WORD = 0x20;
    public static final int BPF_JUMP_IF_EQUAL = 0x15;
    public static final int BPF_RETURN = 0x06;
    /** struct sock_filter: code (2 bytes), jump offsets if true (1) and if false (1), operand (4). */
    public static final int BPF_INSTRUCTION_SIZE = 8;
    /** struct sock_fprog on LP64: number of instructions (2 bytes), their address at offset 8. */
    public static final int BPF_PROGRAM_SIZE = 16;

    // Metadata of the frame at negative offsets: SKF_AD_OFF + SKF_AD_PKTTYPE, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT
    public static final int BPF_PACKET_TYPE = -0x1000 + 4;
    public static final int BPF_HAS_VLAN_TAG = -0x1000 + 48;
    /** Packet type of a frame that this host sends. */
    public static final int PACKET_OUTGOING = 4;

    // include/uapi/linux/sockios.h
    public static final int SIOCGIFFLAGS = 0x8913;
    /** include/uapi/linux/if.h: the interface is up and has a carrier. */
    public static final int IFF_RUNNING = 0x40;

    private Packet() {}
}
