package dev.tapswitch.linux.sys;

/** The kernel's TUN/TAP driver as its users see it: include/uapi/linux/if_tun.h. */
public final class Tun {
    /** The clone device: a TAP is created in the namespace where this was OPENED. */
    public static final String DEVICE = "/dev/net/tun";

    public static final long TUNSETIFF = 0x400454caL;
    public static final long TUNSETPERSIST = 0x400454cbL;
    public static final long TUNSETOFFLOAD = 0x400454d0L;
    public static final long TUNGETIFF = 0x800454d2L;
    public static final long TUNSETVNETHDRSZ = 0x400454d8L;
    public static final long TUNSETCARRIER = 0x400454e2L;
    /** Answers a new file descriptor of the namespace that the device is in now. */
    public static final long TUNGETDEVNETNS = 0x54e3L;

    public static final int IFF_TAP = 0x0002;
    public static final int IFF_MULTI_QUEUE = 0x0100;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_VNET_HDR = 0x4000;
    /** EBUSY rather than to attach to a device that exists. */
    public static final int IFF_TUN_EXCL = 0x8000;

    public static final int TUN_F_CSUM = 0x01;
    public static final int TUN_F_TSO4 = 0x02;
    public static final int TUN_F_TSO6 = 0x04;
    /** Since Linux 6.2; EINVAL before. */
    public static final int TUN_F_USO4 = 0x20;

    public static final int TUN_F_USO6 = 0x40;

    /** drivers/net/tun.c: MAX_TAP_QUEUES. */
    public static final int MAX_QUEUES = 256;

    private Tun() {}
}
