package dev.tapswitch.linux.bpf;

/**
 * The kernel's functions that our programs call (enum bpf_func_id in include/uapi/linux/bpf.h). None of them requires a license that is compatible
 * with the GPL.
 */
public enum KernelFunction {
    /** Returns the address of a map's value, or 0. */
    MAP_LOOKUP_ELEM(1),
    /** Returns the time of CLOCK_MONOTONIC, nanoseconds. */
    KTIME_GET_NS(5),
    /** Sends the frame out of another interface. The program must return the function's result. */
    REDIRECT(23),
    SKB_CHANGE_TYPE(32),
    /** Delivers the frame to the peer of a veth in another namespace, as if it had arrived there; since Linux 5.10. */
    REDIRECT_PEER(155);

    private final int number;

    KernelFunction(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** {@code bpf_redirect#23}, as the kernel writes it. */
    @Override
    public String toString() {
        return "bpf_" + name().toLowerCase(java.util.Locale.ROOT) + "#" + number;
    }

    /** The name and number of a function; only the number if the function is not one of these. */
    static String text(int number) {
        for (KernelFunction each : values()) if (each.number == number) return each.toString();
        return "#" + number;
    }
}
