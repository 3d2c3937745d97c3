package dev.tapswitch.linux.bpf;

/** The number of bytes that a load or store moves: the size field of an opcode (include/uapi/linux/bpf_common.h, bpf.h). */
public enum Width {
    WORD(4, 0x00),
    HALF(2, 0x08),
    BYTE(1, 0x10),
    DOUBLE(8, 0x18);

    private static final int MASK = 0x18;

    private final int bytes;
    private final int code;

    Width(int bytes, int code) {
        this.bytes = bytes;
        this.code = code;
    }

    public int bytes() {
        return bytes;
    }

    int code() {
        return code;
    }

    static Width of(int opcode) {
        return values()[(opcode & MASK) >>> 3];
    }

    /** {@code u32}, as the kernel writes it. */
    @Override
    public String toString() {
        return "u" + bytes * Byte.SIZE;
    }
}
