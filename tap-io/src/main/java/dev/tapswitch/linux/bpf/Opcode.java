package dev.tapswitch.linux.bpf;

/** The parts of an opcode (include/uapi/linux/bpf_common.h, include/uapi/linux/bpf.h). */
final class Opcode {
    // BPF_CLASS
    static final int CLASS = 0x07;
    static final int LD = 0x00;
    static final int LDX = 0x01;
    static final int ST = 0x02;
    static final int STX = 0x03;
    static final int ALU32 = 0x04;
    static final int JMP = 0x05;
    static final int JMP32 = 0x06;
    static final int ALU64 = 0x07;

    // BPF_MODE
    static final int MODE = 0xe0;
    static final int IMM = 0x00;
    static final int MEM = 0x60;

    /** BPF_SRC: the second operand is a register, not the immediate. */
    static final int FROM_REGISTER = 0x08;

    /** BPF_OP. */
    static final int OPERATION = 0xf0;

    // BPF_OP of ALU32 and ALU64
    static final int ADD = 0x00;
    static final int SUB = 0x10;
    static final int MUL = 0x20;
    static final int DIV = 0x30;
    static final int OR = 0x40;
    static final int AND = 0x50;
    static final int LSH = 0x60;
    static final int RSH = 0x70;
    static final int MOD = 0x90;
    static final int XOR = 0xa0;
    static final int MOV = 0xb0;
    static final int ARSH = 0xc0;

    // BPF_OP of JMP
    static final int JA = 0x00;
    static final int CALL = 0x80;
    static final int EXIT = 0x90;

    /** BPF_LD | BPF_DW | BPF_IMM: a 64-bit immediate, which takes a second slot. */
    static final int LD_IMM64 = LD | 0x18 | IMM;

    /** Of {@link #LD_IMM64}, in its source register: the immediate is a map's descriptor. */
    static final int PSEUDO_MAP_FD = 1;
    /** Of {@link #LD_IMM64}, in its source register: an address in the first value of an array map. */
    static final int PSEUDO_MAP_VALUE = 2;

    private Opcode() {}
}
