package dev.tapswitch.core.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Property
    void aPrintedAddressIsReadBack(@ForAll @LongRange(min = 0, max = 0xFFFF_FFFF_FFFFL) long mac) {
        assertEquals(mac, MacAddress.parse(MacAddress.format(mac)));
    }

    @Test
    void dashesAndUpperCaseAreRead() {
        assertEquals(0x0200_5E10_00FFL, MacAddress.parse("02-00-5E-10-00-FF"));
        assertEquals("02:00:5e:10:00:ff", MacAddress.format(0x0200_5E10_00FFL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:00:00:00",
                "02:00:00:00:00:01:02",
                "2:0:0:0:0:1",
                "02:00:00:00:00:0g",
                "020000000001",
                " 02:00:00:00:00:01"
            })
    void anythingElseIsRefusedWithAMessage(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
        assertTrue(e.getMessage().startsWith("\"" + text + "\" is not a MAC address; expected"), e.getMessage());
    }
}
