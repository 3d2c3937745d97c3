package dev.tapswitch.linux.bpf;

/**
 * A named member of a structure that a program reads or writes: of the context, a packet, a map's value or the stack.
 *
 * @param offset bytes from the structure's start; negative on the stack
 */
public record Field(String name, Width width, int offset) {
    public static Field u8(String name, int offset) {
        return new Field(name, Width.BYTE, offset);
    }

    public static Field u16(String name, int offset) {
        return new Field(name, Width.HALF, offset);
    }

    public static Field u32(String name, int offset) {
        return new Field(name, Width.WORD, offset);
    }

    public static Field u64(String name, int offset) {
        return new Field(name, Width.DOUBLE, offset);
    }
}
