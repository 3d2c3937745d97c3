package dev.tapswitch.linux.bpf;

import static dev.tapswitch.linux.bpf.Condition.ABOVE;
import static dev.tapswitch.linux.bpf.Condition.ANY_BIT;
import static dev.tapswitch.linux.bpf.Register.FP;
import static dev.tapswitch.linux.bpf.Register.R0;
import static dev.tapswitch.linux.bpf.Register.R1;
import static dev.tapswitch.linux.bpf.Register.R2;
import static dev.tapswitch.linux.bpf.Register.R3;
import static dev.tapswitch.linux.bpf.Register.R4;
import static dev.tapswitch.linux.bpf.Register.R6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DisassemblerTest {
    @Test
    void aListingHasPositionsLabelsAndNames() {
        Assembler code = new Assembler();
        Label drop = code.label("drop");
        code.move(R6, R1).load(R2, R6, SocketBuffer.DATA).load(R3, R6, SocketBuffer.DATA_END);
        code.move(R4, R2).add(R4, 14).jumpIf(R4, ABOVE, R3, drop);
        code.load(R4, R2, Field.u64("destination", 0))
                .jumpIf(R4, ANY_BIT, 1, drop)
                .shiftLeft(R4, 16);
        code.store(FP, Field.u64("key", -8), R4).store(FP, Field.u32("zero", -16), 0);
        code.loadMap(R1, new MapReference("stations", 7)).move(R2, FP).add(R2, -8);
        code.call(KernelFunction.MAP_LOOKUP_ELEM).loadFirstValue(R1, new MapReference("control", 8));
        code.at(drop).move(R0, 2).exit();
        assertEquals("""
                   0: r6 = r1
                   1: r2 = *(u32 *)(r6 + 76)
                   2: r3 = *(u32 *)(r6 + 80)
                   3: r4 = r2
                   4: r4 += 14
                   5: if r4 > r3 goto drop
                   6: r4 = *(u64 *)(r2 + 0)
                   7: if r4 & 1 goto drop
                   8: r4 <<= 16
                   9: *(u64 *)(r10 - 8) = r4
                  10: *(u32 *)(r10 - 16) = 0
                  11: r1 = map[stations]
                  13: r2 = r10
                  14: r2 += -8
                  15: call bpf_map_lookup_elem#1
                  16: r1 = map[control][0] + 0
                drop:
                  18: r0 = 2
                  19: exit
                """, code.assemble().listing());
    }

    @Test
    void bytesWithoutNamesAreListedWithNumbers() {
        byte[] bytes = HexFormat.of()
                .parseHex("1811000005000000" + "0000000000000000" + "1802000088776655" + "0000000044332211"
                        + "0500fdff00000000" + "1500010000000000" + "85000000c8000000" + "b4010000ffffffff"
                        + "6e21020000000000" + "db12080000000000" + "9500000000000000");
        assertEquals("""
                   0: r1 = map[fd:5]
                   2: r2 = 0x1122334455667788 ll
                   4: goto pc-3
                   5: if r0 == 0 goto pc+1
                   6: call #200
                   7: w1 = -1
                   8: if w1 s> w2 goto pc+2
                   9: (db) dst=2 src=1 off=8 imm=0
                  10: exit
                """, Code.decode(bytes).listing());
    }

    @Test
    void assembledCodeIsDecodedUnchanged() {
        Code code =
                new Assembler().move(R1, R2).moveWide(R3, Long.MIN_VALUE).exit().assemble();
        assertEquals(
                HexFormat.of().formatHex(code.encode()),
                HexFormat.of().formatHex(Code.decode(code.encode()).encode()));
    }

    @Test
    void bytesThatAreNoProgramAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Code.decode(new byte[7]));
        assertThrows(IllegalArgumentException.class, () -> Code.decode(new byte[] {0, 0x0f, 0, 0, 0, 0, 0, 0}));
    }
}
