package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpRouteTest {
    @Test
    void theDefaultRouteHasTheFamilyOfItsGateway() {
        assertEquals(
                "0.0.0.0/0",
                IpRoute.parse("default via 198.18.0.254").destination().toString());
        assertEquals(
                16,
                IpRoute.parse("default via fd00::fe").destination().address().bytes().length);
    }

    @Test
    void aRouteToANetworkIsPrintedWithItsGateway() {
        IpRoute route = IpRoute.parse(" 10.0.0.0/8   via 198.18.0.254 ");
        assertEquals("10.0.0.0/8 via 198.18.0.254", route.toString());
    }

    @Test
    void anAddressWithoutALengthIsARouteToThatAddress() {
        assertEquals(
                32, IpRoute.parse("10.0.0.1 via 198.18.0.254").destination().length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "default",
                "default via",
                "default dev eth0",
                "10.0.0.0/8 via fd00::1",
                "10.0.0.1/8 via 198.18.0.254",
                "default via gateway.example",
                "default via 198.18.0.254 dev eth0"
            })
    void anythingElseIsRefusedWithAMessageOfOneLine(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> IpRoute.parse(text));
        assertTrue(e.getMessage().contains("\""), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }
}
