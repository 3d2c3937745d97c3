package dev.tapswitch.linux.bpf;

import static dev.tapswitch.linux.bpf.Register.R0;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Assembles an eBPF program. Each call appends one instruction; its operands are in the order of the listing, the destination first. Operations are
 * on 64 bits; immediates are sign-extended. This class does not check what the kernel's verifier checks. Not thread-safe.
 *
 * <pre>
 * Label drop = code.label("drop");
 * code.load(R1, R6, SocketBuffer.LEN)       // r1 = *(u32 *)(r6 + 0)
 *     .jumpIf(R1, BELOW, 14, drop)          // if r1 &lt; 14 goto drop
 * </pre>
 */
public final class Assembler {
    private static final Register NONE = R0;

    private record Jump(int at, Label label) {}

    private final List<Instruction> slots = new ArrayList<>();
    private final List<Jump> jumps = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final Map<Integer, String> mapNames = new TreeMap<>();

    /** Creates a label, which {@link #at} must place. */
    public Label label(String name) {
        return new Label(name);
    }

    /** Places a label before the instruction that follows. */
    public Assembler at(Label label) {
        label.place(slots.size());
        labels.add(label);
        return this;
    }

    /** {@code to = *(base + field)}, zero-extended. */
    public Assembler load(Register to, Register base, Field field) {
        return emit(Opcode.LDX | Opcode.MEM | field.width().code(), to, base, field.offset(), 0);
    }

    /** {@code *(base + field) = from}. */
    public Assembler store(Register base, Field field, Register from) {
        return emit(Opcode.STX | Opcode.MEM | field.width().code(), base, from, field.offset(), 0);
    }

    /** {@code *(base + field) = value}. */
    public Assembler store(Register base, Field field, int value) {
        return emit(Opcode.ST | Opcode.MEM | field.width().code(), base, NONE, field.offset(), value);
    }

    public Assembler move(Register to, Register from) {
        return compute(Opcode.MOV, to, from);
    }

    public Assembler move(Register to, int value) {
        return compute(Opcode.MOV, to, value);
    }

    /** Loads a constant of 64 bits; takes two slots. */
    public Assembler moveWide(Register to, long value) {
        return wide(to, NONE, (int) value, (int) (value >>> Integer.SIZE));
    }

    /** Loads the address of a map, as kernel functions expect it; takes two slots. */
    public Assembler loadMap(Register to, MapReference map) {
        mapNames.put(slots.size(), map.name());
        return wide(to, Register.of(Opcode.PSEUDO_MAP_FD), map.fd(), 0);
    }

    /** Loads the address of the first value of an array map, without a call; takes two slots. Since Linux 5.2. */
    public Assembler loadFirstValue(Register to, MapReference map) {
        mapNames.put(slots.size(), map.name());
        return wide(to, Register.of(Opcode.PSEUDO_MAP_VALUE), map.fd(), 0);
    }

    public Assembler add(Register to, Register operand) {
        return compute(Opcode.ADD, to, operand);
    }

    public Assembler add(Register to, int operand) {
        return compute(Opcode.ADD, to, operand);
    }

    public Assembler subtract(Register to, Register operand) {
        return compute(Opcode.SUB, to, operand);
    }

    public Assembler subtract(Register to, int operand) {
        return compute(Opcode.SUB, to, operand);
    }

    public Assembler and(Register to, Register operand) {
        return compute(Opcode.AND, to, operand);
    }

    public Assembler and(Register to, int operand) {
        return compute(Opcode.AND, to, operand);
    }

    public Assembler or(Register to, Register operand) {
        return compute(Opcode.OR, to, operand);
    }

    public Assembler or(Register to, int operand) {
        return compute(Opcode.OR, to, operand);
    }

    public Assembler shiftLeft(Register to, int bits) {
        return compute(Opcode.LSH, to, bits);
    }

    /** Shifts without sign extension. */
    public Assembler shiftRight(Register to, int bits) {
        return compute(Opcode.RSH, to, bits);
    }

    public Assembler jump(Label label) {
        return jump(Opcode.JMP | Opcode.JA, NONE, NONE, 0, label);
    }

    public Assembler jumpIf(Register left, Condition condition, Register right, Label label) {
        return jump(Opcode.JMP | Opcode.FROM_REGISTER | condition.code(), left, right, 0, label);
    }

    public Assembler jumpIf(Register left, Condition condition, int right, Label label) {
        return jump(Opcode.JMP | condition.code(), left, NONE, right, label);
    }

    public Assembler call(KernelFunction function) {
        return emit(Opcode.JMP | Opcode.CALL, NONE, NONE, 0, function.number());
    }

    /** Ends the program with the verdict in R0. */
    public Assembler exit() {
        return emit(Opcode.JMP | Opcode.EXIT, NONE, NONE, 0, 0);
    }

    /**
     * Returns the finished program.
     *
     * @throws IllegalStateException if a label that is jumped to is not placed, or too far away for a jump
     */
    public Code assemble() {
        List<Instruction> finished = new ArrayList<>(slots);
        for (Jump jump : jumps) {
            int distance = jump.label.position() - jump.at - 1;
            if (distance != (short) distance) {
                throw new IllegalStateException("label \"" + jump.label.name() + "\" is " + distance
                        + " instructions away from the jump at " + jump.at + ": more than 16 bits can say");
            }
            Instruction slot = finished.get(jump.at);
            finished.set(
                    jump.at,
                    new Instruction(slot.opcode(), slot.destination(), slot.source(), distance, slot.immediate()));
        }
        return new Code(finished, names(), mapNames);
    }

    /** The names of the labels, by position. */
    private Map<Integer, String> names() {
        Map<Integer, String> names = new TreeMap<>();
        for (Label label : labels) names.merge(label.position(), label.name(), (a, b) -> a + ", " + b);
        return names;
    }

    private Assembler compute(int operation, Register to, Register operand) {
        return emit(Opcode.ALU64 | Opcode.FROM_REGISTER | operation, to, operand, 0, 0);
    }

    private Assembler compute(int operation, Register to, int operand) {
        return emit(Opcode.ALU64 | operation, to, NONE, 0, operand);
    }

    private Assembler jump(int opcode, Register left, Register right, int immediate, Label label) {
        jumps.add(new Jump(slots.size(), label));
        return emit(opcode, left, right, 0, immediate);
    }

    private Assembler wide(Register to, Register kind, int low, int high) {
        return emit(Opcode.LD_IMM64, to, kind, 0, low).emit(0, NONE, NONE, 0, high);
    }

    private Assembler emit(int opcode, Register to, Register from, int offset, int immediate) {
        slots.add(new Instruction(opcode, to, from, offset, immediate));
        return this;
    }
}
