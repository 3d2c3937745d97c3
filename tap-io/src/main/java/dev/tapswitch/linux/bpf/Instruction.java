package dev.tapswitch.linux.bpf;

import java.nio.ByteBuffer;

/**
 * One slot of a program: struct bpf_insn (include/uapi/linux/bpf.h). A 64-bit immediate takes two slots; the second has the opcode 0 and the upper half.
 *
 * @param opcode 8 bits
 * @param offset 16 bits, signed: of a memory operand in bytes, of a jump in slots from the next one
 */
record Instruction(int opcode, Register destination, Register source, int offset, int immediate) {
    /** Length of a slot, bytes. */
    static final int SIZE = 8;

    Instruction {
        if (opcode >>> Byte.SIZE != 0) throw new IllegalArgumentException("opcode " + opcode);
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset " + offset + " does not fit into 16 bits");
        }
    }

    boolean isWide() {
        return opcode == Opcode.LD_IMM64;
    }

    /** dst_reg is the lower half of its byte on little-endian machines, which x86-64 and aarch64 are. */
    void encode(ByteBuffer target) {
        target.put((byte) opcode)
                .put((byte) (source.number() << 4 | destination.number()))
                .putShort((short) offset)
                .putInt(immediate);
    }

    static Instruction decode(ByteBuffer bytes) {
        int opcode = Byte.toUnsignedInt(bytes.get());
        int registers = Byte.toUnsignedInt(bytes.get());
        return new Instruction(
                opcode, Register.of(registers & 0xf), Register.of(registers >>> 4), bytes.getShort(), bytes.getInt());
    }
}
