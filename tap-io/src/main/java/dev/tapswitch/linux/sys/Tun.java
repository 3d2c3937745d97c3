package dev.tapswitch.linux.sys;

/** Constants of the kernel's TUN/TAP driver: include/uapi/linux/if_tun.h. */
public final class Tun {
    /** The clone device. A TAP is created in the namespace in which this was opened, not in the one in which TUNSETIFF is called. */
    public static final String DEVICE = "/dev/net/tun";

    public static final long TUNSETIFF = 0x400454caL;
    public static final long TUNSETPERSIST = 0x400454cbL;
    public static final long TUNSETOFFLOAD = 0x400454d0L;
    public static final long TUNGETIFF = 0x800454d2L;
    public static final long TUNSETVNETHDRSZ = 0x400454d8L;
    /** Returns a new file descriptor of the namespace in which the device is now. */
    public static final long TUNGETDEVNETNS = 0x54e3L;

    public static final int IFF_TAP = 0x0002;
    public static final int IFF_MULTI_QUEUE = 0x0100;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_VNET_HDR = 0x4000;
    /** TUNSETIFF fails with EBUSY if the device exists, instead of attaching to it. */
    public static final int IFF_TUN_EXCL = 0x8000;

    public static final int TUN_F_CSUM = 0x01;
    public static final int TUN_F_TSO4 = 0x02;
    public static final int TUN_F_TSO6 = 0x04;
    /** UDP segmentation offload since Linux 6.2; EINVAL on older kernels. */
    public static final int TUN_F_USO4 = 0x20;

    public static final int TUN_F_USO6 = 0x40;

    /** drivers/net/tun.c MAX_TAP_QUEUES. */
    public static final int MAX_QUEUES = 256;

    private Tun() {}
}
