package dev.tapswitch.linux.sys;

/** Error numbers of include/uapi/asm-generic/errno-base.h and errno.h, the same on x86-64 and aarch64. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int EBADFD = 77;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTUNREACH = 113;

    private Errno() {}

    /** "EBUSY", or "errno 523" for an unknown number. Takes errno or -errno. */
    public static String name(int errno) {
        String known = describe(errno);
        return known == null ? "errno " + Math.abs(errno) : known.substring(0, known.indexOf(' '));
    }

    /** "EBUSY, device or resource busy", or "errno 523" for an unknown number. Takes errno or -errno. */
    public static String text(int errno) {
        String known = describe(errno);
        return known == null ? name(errno) : known.replaceFirst(" ", ", ");
    }

    private static String describe(int errno) {
        return switch (Math.abs(errno)) {
            case EPERM -> "EPERM operation not permitted";
            case ENOENT -> "ENOENT no such file or directory";
            case ESRCH -> "ESRCH no such process";
            case EINTR -> "EINTR interrupted system call";
            case EIO -> "EIO input/output error";
            case ENXIO -> "ENXIO no such device or address";
            case 7 -> "E2BIG argument list too long";
            case EBADF -> "EBADF bad file descriptor";
            case EAGAIN -> "EAGAIN resource temporarily unavailable";
            case ENOMEM -> "ENOMEM cannot allocate memory";
            case EACCES -> "EACCES permission denied";
            case EFAULT -> "EFAULT bad address";
            case EBUSY -> "EBUSY device or resource busy";
            case EEXIST -> "EEXIST file exists";
            case ENODEV -> "ENODEV no such device";
            case 20 -> "ENOTDIR not a directory";
            case 21 -> "EISDIR is a directory";
            case EINVAL -> "EINVAL invalid argument";
            case 23 -> "ENFILE too many open files in system";
            case EMFILE -> "EMFILE too many open files";
            case ENOTTY -> "ENOTTY inappropriate ioctl for device";
            case ENOSPC -> "ENOSPC no space left on device";
            case 32 -> "EPIPE broken pipe";
            case ERANGE -> "ERANGE numerical result out of range";
            case ENOSYS -> "ENOSYS function not implemented";
            case 40 -> "ELOOP too many levels of symbolic links";
            case EBADFD -> "EBADFD file descriptor in bad state";
            case 90 -> "EMSGSIZE message too long";
            case EOPNOTSUPP -> "EOPNOTSUPP operation not supported";
            case 97 -> "EAFNOSUPPORT address family not supported by protocol";
            case 98 -> "EADDRINUSE address already in use";
            case EADDRNOTAVAIL -> "EADDRNOTAVAIL cannot assign requested address";
            case ENETDOWN -> "ENETDOWN network is down";
            case ENETUNREACH -> "ENETUNREACH network is unreachable";
            case ECONNRESET -> "ECONNRESET connection reset by peer";
            case ENOBUFS -> "ENOBUFS no buffer space available";
            case 110 -> "ETIMEDOUT connection timed out";
            case ECONNREFUSED -> "ECONNREFUSED connection refused";
            case EHOSTUNREACH -> "EHOSTUNREACH no route to host";
            default -> null;
        };
    }
}
