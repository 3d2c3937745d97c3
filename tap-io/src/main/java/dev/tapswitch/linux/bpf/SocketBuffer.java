package dev.tapswitch.linux.bpf;

/** The context of a traffic control program: struct __sk_buff (include/uapi/linux/bpf.h), the members that we read. */
public final class SocketBuffer {
    /** The frame's length in bytes, with the Ethernet header and without a tag that is in {@link #VLAN_TCI}. */
    public static final Field LEN = Field.u32("len", 0);

    /** Not 0 if the frame has a tag in {@link #VLAN_TCI}, which is then not in the packet. */
    public static final Field VLAN_PRESENT = Field.u32("vlan_present", 20);

    public static final Field VLAN_TCI = Field.u32("vlan_tci", 24);
    /** The tag's ethertype, in network byte order. */
    public static final Field VLAN_PROTO = Field.u32("vlan_proto", 28);

    public static final Field IFINDEX = Field.u32("ifindex", 40);
    public static final Field DATA = Field.u32("data", 76);
    public static final Field DATA_END = Field.u32("data_end", 80);
    /** Payload bytes of each segment of a super-frame; 0 for other frames. */
    public static final Field GSO_SIZE = Field.u32("gso_size", 176);

    private SocketBuffer() {}
}
