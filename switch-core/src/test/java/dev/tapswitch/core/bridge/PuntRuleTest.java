package dev.tapswitch.core.bridge;

import static dev.tapswitch.core.frame.Frames.A;
import static dev.tapswitch.core.frame.Frames.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.core.frame.Frames;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class PuntRuleTest {
    private static final long LLDP_ADDRESS = 0x0180_C200_000EL;
    private static final int EXPERIMENTAL = 0x88B5; // the type of Frames.unicast
    private static final long GROUP = 0x0100_5E00_0001L;

    private final LearningSwitch lan = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);

    PuntRuleTest() {
        for (int i = 0; i < 3; i++) lan.addPort(PortSettings.of("p" + i, 1500), true);
    }

    @Test
    void aFrameToAReservedAddressGoesToItsProtocolAndIsNotLearned() {
        int rule = lan.addPuntRule(new PuntRule(LLDP_ADDRESS, PuntRule.ANY));
        assertEquals(new Decision.Punt(rule), decide(0, Frames.unicast(LLDP_ADDRESS, A)));
        assertEquals(0, lan.macTable().size());
        assertEquals(new Decision.Drop(DropReason.RESERVED_MULTICAST), decide(0, Frames.unicast(LLDP_ADDRESS + 1, A)));
    }

    @Test
    void withoutItsRuleTheFrameIsDroppedAgain() {
        int rule = lan.addPuntRule(new PuntRule(LLDP_ADDRESS, PuntRule.ANY));
        lan.removePuntRule(rule);
        assertEquals(new Decision.Drop(DropReason.RESERVED_MULTICAST), decide(0, Frames.unicast(LLDP_ADDRESS, A)));
    }

    @Test
    void aFrameToAnotherGroupIsLearnedAndPunted() {
        int rule = lan.addPuntRule(new PuntRule(GROUP, EXPERIMENTAL));
        assertEquals(new Decision.Punt(rule), decide(0, Frames.unicast(GROUP, A)));
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.unicast(GROUP + 1, A)));
        assertEquals(1, lan.macTable().size());
    }

    @Test
    void aTypeAloneMatchesGroupsAndTheSwitchButNoOtherStation() {
        int rule = lan.addPuntRule(new PuntRule(PuntRule.ANY, EXPERIMENTAL));
        assertEquals(new Decision.Punt(rule), decide(0, Frames.unicast(GROUP, A)));
        assertEquals(new Decision.Punt(rule), decide(0, Frames.unicast(lan.mac(), A)));
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.unicast(B, A)));
    }

    @Test
    void theTypeIsReadBehindTheTags() {
        int rule = lan.addPuntRule(new PuntRule(GROUP, EXPERIMENTAL));
        assertEquals(new Decision.Punt(rule), decide(0, Frames.tagged(0x8100, 10, Frames.unicast(GROUP, A))));
    }

    @Test
    void theRuleThatWasAddedFirstTakesPrecedence() {
        int first = lan.addPuntRule(new PuntRule(GROUP, PuntRule.ANY));
        lan.addPuntRule(new PuntRule(GROUP, EXPERIMENTAL));
        assertEquals(new Decision.Punt(first), decide(0, Frames.unicast(GROUP, A)));
    }

    @Test
    void aRuleThatWouldMatchUnicastOrEverythingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PuntRule(B, PuntRule.ANY));
        assertThrows(IllegalArgumentException.class, () -> new PuntRule(PuntRule.ANY, PuntRule.ANY));
        assertThrows(IllegalArgumentException.class, () -> new PuntRule(PuntRule.ANY, 0x10000));
    }

    private Decision decide(int port, byte[] frame) {
        SwitchSnapshot snapshot = lan.snapshot();
        lan.forwarder(0).beginBatch(snapshot, port, 10_000_000);
        return Decision.of(lan.forwarder(0).decide(MemorySegment.ofArray(frame), 0, frame.length), snapshot);
    }
}
