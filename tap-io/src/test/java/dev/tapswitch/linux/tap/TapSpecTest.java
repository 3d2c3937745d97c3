package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netns.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapSpecTest {
    private static final Namespace HOST = new Namespace.Current();

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-bytes-xx", "a b", "a/b", "a:b", "tap%d", ".", ".."})
    void aNameThatTheKernelWouldRefuseOrFillInIsRefused(String device) {
        assertRefused(tap(device, HOST), "can't name a device");
    }

    @Test
    void anMtuIsWhatATapCanHave() {
        assertRefused(tap("web0", HOST).mtu(67), "68 to 65521");
        assertRefused(tap("web0", HOST).mtu(65_522), "68 to 65521");
        assertEquals(65_521, tap("web0", HOST).mtu(65_521).spec().mtu());
    }

    @Test
    void anMtuThatTurnsIpv6OffIsRefusedWhereThereIsAnIpv6Address() {
        assertRefused(tap("web0", HOST).mtu(1279).addresses("fd00::1/64"), "1280");
    }

    @Test
    void anInterfaceHasAStationsAddress() {
        assertRefused(tap("web0", HOST).mac(0), "zero");
        assertRefused(tap("web0", HOST).mac(0x01_00_00_00_00_01L), "group");
    }

    @Test
    void itSaysWhereItIs() {
        assertEquals("tap \"web0\" on the host", tap("web0", HOST).spec().name());
        assertEquals(
                "tap \"web0\" in namespace \"lab-a\"",
                tap("web0", new Namespace.Named("lab-a")).spec().name());
    }

    private static void assertRefused(Specs specs, String words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, specs::spec);
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }
}
