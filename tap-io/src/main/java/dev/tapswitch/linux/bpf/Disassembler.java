package dev.tapswitch.linux.bpf;

import java.util.List;
import java.util.Map;

/**
 * Prints programs in the notation of the kernel's verifier (kernel/bpf/disasm.c): {@code r1 = *(u32 *)(r6 + 16)}. Instructions that {@link Assembler}
 * does not emit, such as atomic operations, are printed as numbers.
 */
final class Disassembler {
    private Disassembler() {}

    /** {@code labels} and {@code mapNames}: by position; either may lack entries. */
    static String listing(List<Instruction> slots, Map<Integer, String> labels, Map<Integer, String> mapNames) {
        StringBuilder listing = new StringBuilder();
        for (int at = 0; at < slots.size(); at++) {
            if (labels.containsKey(at)) listing.append(labels.get(at)).append(":\n");
            Instruction slot = slots.get(at);
            boolean isWide = slot.isWide() && at + 1 < slots.size();
            String text = isWide
                    ? wide(slot, slots.get(at + 1), mapNames.get(at))
                    : text(slot, labels.get(at + 1 + slot.offset()));
            listing.append(String.format("%4d: ", at)).append(text).append('\n');
            if (isWide) at++;
        }
        return listing.toString();
    }

    private static String wide(Instruction slot, Instruction upper, String mapName) {
        String map = mapName == null ? "map[fd:" + slot.immediate() + "]" : "map[" + mapName + "]";
        return slot.destination() + " = "
                + switch (slot.source().number()) {
                    case Opcode.PSEUDO_MAP_FD -> map;
                    case Opcode.PSEUDO_MAP_VALUE -> map + "[0] + " + upper.immediate();
                    default ->
                        "0x"
                                + Long.toHexString((long) upper.immediate() << Integer.SIZE
                                        | Integer.toUnsignedLong(slot.immediate()))
                                + " ll";
                };
    }

    /** {@code target}: the label at the target of a jump, or null. */
    private static String text(Instruction slot, String target) {
        return switch (slot.opcode() & Opcode.CLASS) {
            case Opcode.ALU64 -> compute(slot, "r");
            case Opcode.ALU32 -> compute(slot, "w");
            case Opcode.JMP -> jump(slot, "r", target);
            case Opcode.JMP32 -> jump(slot, "w", target);
            default -> (slot.opcode() & Opcode.MODE) == Opcode.MEM ? move(slot) : unknown(slot);
        };
    }

    private static String move(Instruction slot) {
        return switch (slot.opcode() & Opcode.CLASS) {
            case Opcode.LDX -> slot.destination() + " = " + memory(slot, slot.source());
            case Opcode.STX -> memory(slot, slot.destination()) + " = " + slot.source();
            case Opcode.ST -> memory(slot, slot.destination()) + " = " + slot.immediate();
            default -> unknown(slot);
        };
    }

    private static String memory(Instruction slot, Register base) {
        String sign = slot.offset() < 0 ? " - " : " + ";
        return "*(" + Width.of(slot.opcode()) + " *)(" + base + sign + Math.abs(slot.offset()) + ")";
    }

    private static String compute(Instruction slot, String prefix) {
        String symbol = switch (slot.opcode() & Opcode.OPERATION) {
            case Opcode.ADD -> "+=";
            case Opcode.SUB -> "-=";
            case Opcode.MUL -> "*=";
            case Opcode.DIV -> "/=";
            case Opcode.OR -> "|=";
            case Opcode.AND -> "&=";
            case Opcode.LSH -> "<<=";
            case Opcode.RSH -> ">>=";
            case Opcode.MOD -> "%=";
            case Opcode.XOR -> "^=";
            case Opcode.MOV -> "=";
            case Opcode.ARSH -> "s>>=";
            default -> "";
        };
        if (symbol.isEmpty()) return unknown(slot);
        return name(prefix, slot.destination()) + " " + symbol + " " + operand(slot, prefix);
    }

    private static String jump(Instruction slot, String prefix, String target) {
        String where = "goto " + (target == null ? String.format("pc%+d", slot.offset()) : target);
        Condition condition = Condition.of(slot.opcode());
        if (condition != null) {
            String left = name(prefix, slot.destination());
            return "if " + left + " " + condition + " " + operand(slot, prefix) + " " + where;
        }
        return switch (slot.opcode()) {
            case Opcode.JMP | Opcode.JA -> where;
            case Opcode.JMP | Opcode.CALL -> "call " + KernelFunction.text(slot.immediate());
            case Opcode.JMP | Opcode.EXIT -> "exit";
            default -> unknown(slot);
        };
    }

    private static String operand(Instruction slot, String prefix) {
        boolean isRegister = (slot.opcode() & Opcode.FROM_REGISTER) != 0;
        return isRegister ? name(prefix, slot.source()) : Integer.toString(slot.immediate());
    }

    private static String name(String prefix, Register register) {
        return prefix + register.number();
    }

    private static String unknown(Instruction slot) {
        return String.format(
                "(%02x) dst=%d src=%d off=%d imm=%d",
                slot.opcode(), slot.destination().number(), slot.source().number(), slot.offset(), slot.immediate());
    }
}
