package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LinkChangeTest {
    private static final TapSpec WEB =
            tap("web0", new Namespace.Current()).mac(0x02_00_00_00_00_17L).spec();

    private static void assertEmpty(boolean expected, TapSpec from, UnaryOperator<TapSpec.Builder> change) {
        assertEquals(
                expected, new LinkChange(from, change.apply(from.toBuilder()).build()).isEmpty());
    }

    @Test
    void equalSpecificationsRequireNoChange() {
        assertEmpty(true, WEB, spec -> spec);
    }

    @Test
    void everyPropertyOfTheLinkRequiresAChange() {
        assertEmpty(false, WEB, spec -> spec.mtu(9_000));
        assertEmpty(false, WEB, spec -> spec.mac(0x02_00_00_00_00_18L));
        assertEmpty(false, WEB, spec -> spec.up(false));
        assertEmpty(false, WEB, spec -> spec.acceptRa(true));
        assertEmpty(false, WEB, spec -> spec.addresses(List.of("198.18.0.1/24")));
        assertEmpty(false, WEB, spec -> spec.routes(List.of("default via 198.18.0.254")));
        assertEmpty(false, WEB, spec -> spec.sendLimit(RateLimit.parse("1M")));
        assertEmpty(false, WEB, spec -> spec.receiveLimit(RateLimit.parse("1M")));
    }

    @Test
    void offloadAndPersistenceAreNotPropertiesOfTheLink() {
        assertEmpty(true, WEB, spec -> spec.offload(false).persistent(true));
    }

    @Test
    void aMacOfTheKernelsChoiceIsKept() {
        assertEmpty(true, WEB, spec -> spec.mac(TapSpec.ANY_MAC));
    }

    @Test
    void anUnknownLimitDiffersFromNoLimit() {
        TapSpec found = WEB.toBuilder().sendLimit(RateLimit.UNKNOWN).build();
        assertEmpty(false, found, spec -> spec.sendLimit(RateLimit.NONE));
    }
}
