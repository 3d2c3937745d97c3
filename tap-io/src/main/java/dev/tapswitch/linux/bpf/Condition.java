package dev.tapswitch.linux.bpf;

/** When a conditional jump is taken: the operation field of the JMP class (include/uapi/linux/bpf.h). Comparisons are unsigned unless named signed. */
public enum Condition {
    EQUAL(0x10, "=="),
    ABOVE(0x20, ">"),
    AT_LEAST(0x30, ">="),
    /** The bitwise AND of the operands is not 0. */
    ANY_BIT(0x40, "&"),
    NOT_EQUAL(0x50, "!="),
    SIGNED_ABOVE(0x60, "s>"),
    SIGNED_AT_LEAST(0x70, "s>="),
    BELOW(0xa0, "<"),
    AT_MOST(0xb0, "<="),
    SIGNED_BELOW(0xc0, "s<"),
    SIGNED_AT_MOST(0xd0, "s<=");

    private final int code;
    private final String symbol;

    Condition(int code, String symbol) {
        this.code = code;
        this.symbol = symbol;
    }

    int code() {
        return code;
    }

    /** The condition of an opcode; null if it has none: an unconditional jump, a call or an exit. */
    static Condition of(int opcode) {
        for (Condition each : values()) if (each.code == (opcode & Opcode.OPERATION)) return each;
        return null;
    }

    @Override
    public String toString() {
        return symbol;
    }
}
