package dev.tapswitch.linux.sys;

/** Constants of the kernel's user API for files and sockets, equal on x86-64 and aarch64. Each group names its header. */
public final class Linux {
    // include/uapi/asm-generic/fcntl.h
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int F_SETFD = 2;
    public static final int FD_CLOEXEC = 1;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1_030;

    /**
     * include/uapi/linux/resource.h: getrusage(2) of the calling thread; the size of struct rusage; the offset of ru_nivcsw, its
     * involuntary context switches.
     */
    public static final int RUSAGE_THREAD = 1;

    public static final int RUSAGE_SIZE = 144;
    public static final int RUSAGE_NIVCSW = 136;

    // include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 1;
    public static final int MAP_POPULATE = 0x8000;

    // include/uapi/asm-generic/signal.h
    public static final int SIGHUP = 1;

    // include/uapi/linux/sched.h
    public static final int CLONE_NEWNET = 0x40000000;

    // include/uapi/linux/nsfs.h: returns the type of a namespace, a CLONE_ constant; ENOTTY if the file is no namespace
    public static final int NS_GET_NSTYPE = 0xb703;

    // include/uapi/linux/mount.h, include/linux/fs.h
    public static final int MS_BIND = 0x1000;
    public static final int MNT_DETACH = 0x2;
    public static final int UMOUNT_NOFOLLOW = 0x8;

    // include/linux/socket.h, include/linux/net.h
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_BRIDGE = 7;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;
    public static final int SOL_SOCKET = 1;
    /** include/uapi/asm-generic/socket.h: returns struct ucred: pid, uid and gid. */
    public static final int SO_PEERCRED = 17;

    public static final int SCM_RIGHTS = 1;
    /** include/net/scm.h: how many descriptors one message can carry. */
    public static final int SCM_MAX_FD = 253;

    // include/uapi/linux/un.h: struct sockaddr_un: sun_family, then sun_path
    public static final int SUN_PATH_OFFSET = 2;
    public static final int SUN_PATH_SIZE = 108;

    // include/uapi/asm-generic/poll.h
    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;

    // include/uapi/linux/sockios.h
    public static final int SIOCGIFNAME = 0x8910;
    public static final int SIOCGIFHWADDR = 0x8927;
    public static final int SIOCETHTOOL = 0x8946;
    /** Returns a new file descriptor of the namespace in which a socket or a TAP's queue was opened. */
    public static final int SIOCGSKNS = 0x894C;

    // include/uapi/linux/ethtool.h: struct ethtool_value: the command, then the result, 4 bytes each
    public static final int ETHTOOL_GLINK = 0xa;

    // include/uapi/linux/if.h: struct ifreq: a zero-terminated name in IFNAMSIZ bytes, then a union
    public static final int IFNAMSIZ = 16;
    public static final int IFREQ_SIZE = 40;
    public static final int IFF_UP = 0x1;
    /** The interface resolves no addresses. */
    public static final int IFF_NOARP = 0x80;

    private Linux() {}
}
