package dev.tapswitch.linux.tc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {
    @Test
    void aRateIsBitsPerSecondInDecimalThousands() {
        assertEquals(20_000_000, RateLimit.parse("20M").bitsPerSecond());
        assertEquals(1_500_000, RateLimit.parse("1500k").bitsPerSecond());
        assertEquals(1_000_000_000_000L, RateLimit.parse("1000G").bitsPerSecond());
        assertEquals(new RateLimit(20_000_000, 1_000_000), RateLimit.parse("20M burst 1M"));
    }

    @Test
    void theDefaultBurstLasts25MillisecondsAndIsAtLeastTenFrames() {
        assertEquals(25_000_000, RateLimit.parse("1G").burstBits());
        assertEquals(128_000, RateLimit.parse("1M").burstBits());
    }

    @Test
    void zeroMeansNoLimit() {
        assertEquals(RateLimit.NONE, RateLimit.parse("0"));
        assertEquals(RateLimit.NONE, RateLimit.parse("0 burst 1M"));
        assertFalse(RateLimit.NONE.isSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "20M", "1500k", "1G", "20M burst 1M", "1234567 burst 89"})
    void aPrintedLimitIsReadBack(String text) {
        assertEquals(text, RateLimit.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "-1M", "20m", "20 M", "999", "1001G", "1M burst 0", "999999999999G"})
    void anythingElseIsRefusedWithAMessageOfOneLine(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> RateLimit.parse(text));
        assertTrue(e.getMessage().contains("expected") && !e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void theNameOfTheIfbDeviceIsAValidDeviceName() {
        assertEquals("ifb-eth0", Shaper.ifbName("eth0"));
        assertEquals(12, Shaper.ifbName("fifteen-bytes-x").length());
    }
}
