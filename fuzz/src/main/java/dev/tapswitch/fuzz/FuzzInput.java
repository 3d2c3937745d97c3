package dev.tapswitch.fuzz;

import java.util.Arrays;

/** Reads numbers and byte strings from an input in order. Behind the end of the input, numbers are 0 and byte strings are empty. */
public final class FuzzInput {
    private final byte[] bytes;
    private int position;

    public FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean isEmpty() {
        return position >= bytes.length;
    }

    /** 0 to 255. */
    public int u8() {
        return isEmpty() ? 0 : bytes[position++] & 0xFF;
    }

    public int u16() {
        return u8() << 8 | u8();
    }

    public int i32() {
        return u16() << 16 | u16();
    }

    public boolean flag() {
        return (u8() & 1) != 0;
    }

    /** A byte string that is preceded by its length in two bytes; at most {@code max} bytes and at most the rest of the input. */
    public byte[] sized(int max) {
        int length = Math.min(Math.min(u16(), max), Math.max(0, bytes.length - position));
        byte[] read = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return read;
    }

    /** The bytes that were not read yet. */
    public byte[] rest() {
        byte[] read = Arrays.copyOfRange(bytes, Math.min(position, bytes.length), bytes.length);
        position = bytes.length;
        return read;
    }
}
