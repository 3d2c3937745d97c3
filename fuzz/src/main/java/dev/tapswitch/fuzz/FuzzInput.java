package dev.tapswitch.fuzz;

import java.util.Arrays;

/** Reads numbers and byte strings off the front of an input; zeros and nothing behind its end. */
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

    /** At most {@code most} bytes, and no more than there are: a length of two bytes, then as many bytes. */
    public byte[] sized(int most) {
        int length = Math.min(Math.min(u16(), most), Math.max(0, bytes.length - position));
        byte[] read = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return read;
    }

    public byte[] rest() {
        byte[] read = Arrays.copyOfRange(bytes, Math.min(position, bytes.length), bytes.length);
        position = bytes.length;
        return read;
    }
}
