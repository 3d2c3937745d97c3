package dev.tapswitch.core.frame;

/** The ethertypes that the switch interprets (IANA "IEEE 802 Numbers"). Frames of all other types are forwarded by their addresses alone. */
public final class EtherType {
    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    /** IEEE 802.1Q customer tag. */
    public static final int VLAN = 0x8100;

    public static final int IPV6 = 0x86DD;
    /** IEEE 802.1ad service tag. */
    public static final int SERVICE_VLAN = 0x88A8;

    private EtherType() {}

    static boolean isTag(int etherType) {
        return etherType == VLAN || etherType == SERVICE_VLAN;
    }
}
