package dev.tapswitch.linux.bpf;

import static dev.tapswitch.linux.bpf.Condition.ABOVE;
import static dev.tapswitch.linux.bpf.Condition.ANY_BIT;
import static dev.tapswitch.linux.bpf.Condition.AT_MOST;
import static dev.tapswitch.linux.bpf.Condition.EQUAL;
import static dev.tapswitch.linux.bpf.Condition.NOT_EQUAL;
import static dev.tapswitch.linux.bpf.Register.FP;
import static dev.tapswitch.linux.bpf.Register.R0;
import static dev.tapswitch.linux.bpf.Register.R1;
import static dev.tapswitch.linux.bpf.Register.R2;
import static dev.tapswitch.linux.bpf.Register.R3;
import static dev.tapswitch.linux.bpf.Register.R4;
import static dev.tapswitch.linux.bpf.Register.R6;
import static dev.tapswitch.linux.bpf.Register.R9;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The expected bytes are worked out by hand from include/uapi/linux/bpf.h and bpf_common.h. */
class AssemblerTest {
    private final Assembler code = new Assembler();

    private void assertEncoding(String expected) {
        assertEquals(
                expected.replaceAll("\\s", ""),
                HexFormat.of().formatHex(code.assemble().encode()));
    }

    @Test
    void movesAreEncodedAsInTheKernel() {
        code.move(R6, R1).move(R0, 2).move(R2, -1);
        assertEncoding("bf16000000000000 b700000002000000 b7020000ffffffff");
    }

    @Test
    void arithmeticIsOn64BitsWithARegisterOrAnImmediate() {
        code.add(R2, R1).add(R2, -16).subtract(R0, R1).subtract(R0, 5);
        code.and(R1, R9).and(R4, 0xfff).or(R1, R2).or(R1, 7).shiftLeft(R4, 16).shiftRight(R4, 48);
        assertEncoding(
                "0f12000000000000 07020000f0ffffff 1f10000000000000 1700000005000000"
                        + "5f91000000000000 57040000ff0f0000 4f21000000000000 4701000007000000 6704000010000000 7704000030000000");
    }

    @Test
    void loadsAndStoresHaveAllFourWidths() {
        code.load(R1, R6, Field.u8("a", 20)).load(R1, R6, Field.u16("b", 12));
        code.load(R1, R6, Field.u32("c", 76)).load(R1, R6, Field.u64("d", 0));
        assertEncoding("7161140000000000 69610c0000000000 61614c0000000000 7961000000000000");
    }

    @Test
    void storesGoBelowTheFramePointerByANegativeOffset() {
        code.store(FP, Field.u64("key", -8), R4).store(FP, Field.u32("index", -20), R1);
        code.store(FP, Field.u32("zero", -24), 0)
                .store(R1, Field.u8("flag", 3), R2)
                .store(R1, Field.u16("x", 4), R3);
        assertEncoding("7b4af8ff00000000 631aecff00000000 620ae8ff00000000 7321030000000000 6b31040000000000");
    }

    @Test
    void aMapIsA64BitImmediateInTwoSlots() {
        MapReference map = new MapReference("stations", 5);
        code.loadMap(R1, map).loadFirstValue(R1, map).moveWide(R2, 0x1122_3344_5566_7788L);
        assertEncoding(
                "1811000005000000 0000000000000000 1821000005000000 0000000000000000 1802000088776655 0000000044332211");
        assertEquals(6, code.assemble().size());
    }

    @Test
    void aCallHasTheNumberOfItsHelper() {
        code.call(KernelFunction.MAP_LOOKUP_ELEM)
                .call(KernelFunction.REDIRECT_PEER)
                .exit();
        assertEncoding("8500000001000000 850000009b000000 9500000000000000");
    }

    @Test
    void aJumpLeadsToTheInstructionAfterItsLabelForwardsAndBackwards() {
        Label again = code.label("again");
        Label end = code.label("end");
        code.at(again).jumpIf(R4, ABOVE, R3, end).jumpIf(R0, EQUAL, 0, end).jump(again);
        code.at(end).exit();
        assertEncoding("2d34020000000000 1500010000000000 0500fdff00000000 9500000000000000");
    }

    @Test
    void aJumpOverAWideInstructionCountsBothOfItsSlots() {
        Label end = code.label("end");
        code.jump(end).moveWide(R0, 1).at(end).exit();
        assertEncoding("0500020000000000 1800000001000000 0000000000000000 9500000000000000");
    }

    @Test
    void conditionsHaveTheirCodes() {
        Label end = code.label("end");
        code.jumpIf(R4, ANY_BIT, 1, end).jumpIf(R1, NOT_EQUAL, R2, end).jumpIf(R0, AT_MOST, 4, end);
        code.at(end).exit();
        assertEncoding("4504020001000000 5d21010000000000 b500000004000000 9500000000000000");
    }

    @Test
    void theErrorForALabelThatIsNotPlacedNamesTheLabel() {
        code.jump(code.label("lost")).exit();
        String message =
                assertThrows(IllegalStateException.class, code::assemble).getMessage();
        assertTrue(message.contains("\"lost\""), message);
    }

    @Test
    void aLabelIsPlacedOnlyOnce() {
        Label here = code.label("here");
        code.at(here).exit();
        assertThrows(IllegalStateException.class, () -> code.at(here));
    }

    @Test
    void theLongestJumpIs32767InstructionsAndALongerOneIsRefused() {
        assertEquals(0x7fff, jumpOver(32_767) & 0xffff);
        String message = assertThrows(IllegalStateException.class, () -> jumpOver(32_768))
                .getMessage();
        assertTrue(message.contains("\"far\"") && message.contains("32768"), message);
    }

    /** Returns the offset that is encoded in a jump over this number of instructions. */
    private static int jumpOver(int instructions) {
        Assembler assembler = new Assembler();
        Label far = assembler.label("far");
        assembler.jump(far);
        for (int i = 0; i < instructions; i++) assembler.move(R0, i);
        byte[] bytes = assembler.at(far).exit().assemble().encode();
        return Byte.toUnsignedInt(bytes[2]) | bytes[3] << Byte.SIZE;
    }

    @Test
    void anOffsetBeyond16BitsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> code.load(R1, R2, Field.u32("far", 40_000)));
    }
}
