package dev.tapswitch.linux.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An assembled program, immutable. */
public final class Code {
    private final List<Instruction> slots;
    private final Map<Integer, String> labels;
    private final Map<Integer, String> mapNames;

    /** {@code labels} and {@code mapNames}: by position in slots. */
    Code(List<Instruction> slots, Map<Integer, String> labels, Map<Integer, String> mapNames) {
        this.slots = List.copyOf(slots);
        this.labels = Map.copyOf(labels);
        this.mapNames = Map.copyOf(mapNames);
    }

    /** Reads a program in the form of {@link #encode}. Throws IllegalArgumentException if the bytes are not a program. */
    public static Code decode(byte[] bytes) {
        if (bytes.length % Instruction.SIZE != 0) {
            throw new IllegalArgumentException(bytes.length + " bytes are not a number of instructions");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<Instruction> slots = new ArrayList<>();
        while (buffer.hasRemaining()) slots.add(Instruction.decode(buffer));
        return new Code(slots, Map.of(), Map.of());
    }

    /** The length in slots of 8 bytes, which is how the kernel counts instructions. */
    public int size() {
        return slots.size();
    }

    /** The form that bpf(2) expects: an array of struct bpf_insn in native byte order. */
    public byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(slots.size() * Instruction.SIZE).order(ByteOrder.nativeOrder());
        for (Instruction slot : slots) slot.encode(buffer);
        return buffer.array();
    }

    /** A listing for users: the labels, and one line per instruction with its position, in the notation of the kernel's verifier. */
    public String listing() {
        return Disassembler.listing(slots, labels, mapNames);
    }
}
