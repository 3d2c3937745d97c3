package dev.tapswitch.dataplane.punt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PuntRule;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.core.frame.EthernetFrame;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PuntReceiversTest {
    private static final long STP = 0x0180_C200_0000L;
    private static final long LLDP = 0x0180_C200_000EL;

    private final PuntReceivers receivers = new PuntReceivers(new LearningSwitch("lan", SwitchSettings.DEFAULT, 1));

    @Test
    void aFrameThatWasQueuedForARemovedRuleIsNotGivenToTheNextRuleOfThatNumber() {
        PuntReceiver stp = (port, frame) -> {};
        PuntReceiver lldp = (port, frame) -> {};
        int number = receivers.add(new PuntRule(STP, PuntRule.ANY), stp);
        assertSame(stp, receivers.of(number, frameTo(STP)));
        receivers.remove(number);
        assertNull(receivers.of(number, frameTo(STP)));
        assertEquals(number, receivers.add(new PuntRule(LLDP, PuntRule.ANY), lldp));
        assertNull(receivers.of(number, frameTo(STP)));
        assertSame(lldp, receivers.of(number, frameTo(LLDP)));
    }

    private static EthernetFrame frameTo(long destination) {
        byte[] frame = new byte[60];
        for (int i = 0; i < 6; i++) frame[i] = (byte) (destination >>> 40 - 8 * i);
        return new EthernetFrame().wrap(MemorySegment.ofArray(frame), 0, frame.length);
    }
}
