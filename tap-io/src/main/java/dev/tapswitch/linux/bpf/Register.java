package dev.tapswitch.linux.bpf;

/**
 * The registers of the eBPF machine, 64 bits each (Documentation/bpf/standardization/abi.rst). A call returns in R0, takes its arguments in R1 to R5,
 * which it destroys, and preserves R6 to R9.
 */
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    /** The frame pointer, r10, read-only: the stack is the 512 bytes below it. */
    FP;

    private static final Register[] ALL = values();

    int number() {
        return ordinal();
    }

    /** The register with this number. Throws IllegalArgumentException if there is none. */
    static Register of(int number) {
        if (number < 0 || number >= ALL.length) throw new IllegalArgumentException("there is no register r" + number);
        return ALL[number];
    }

    /** {@code r7}, as the kernel writes it. */
    @Override
    public String toString() {
        return "r" + ordinal();
    }
}
