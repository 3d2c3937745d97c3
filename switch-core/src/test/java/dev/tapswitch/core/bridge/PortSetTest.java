package dev.tapswitch.core.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PortSetTest {
    @Test
    void aSetOfNoPortsIsEmpty() {
        assertTrue(PortSet.EMPTY.isEmpty());
        assertTrue(new PortSet(new int[] {3}, 0).isEmpty());
    }

    @Test
    void aSetContainsAllPortsOfItsArrayButTheSkippedOne() {
        int[] ports = {1, 3, 5};
        assertEquals(List.of(1, 3, 5), membersOf(new PortSet(ports, 3)));
        assertEquals(List.of(3, 5), membersOf(new PortSet(ports, 0)));
        assertEquals(List.of(1, 5), membersOf(new PortSet(ports, 1)));
        assertEquals(List.of(1, 3), membersOf(new PortSet(ports, 2)));
    }

    /** The sets of a snapshot contain exactly the ports that its settings allow. */
    @Property(tries = 500)
    void aPortSetContainsThePortsThatTheSettingsAllow(@ForAll @Size(max = 12) List<@IntRange(max = 31) Integer> flags) {
        LearningSwitch made = new LearningSwitch("lan", SwitchSettings.DEFAULT, 1);
        for (int i = 0; i < flags.size(); i++) {
            int flag = flags.get(i);
            PortSettings port =
                    PortSettings.of("p" + i, 1500).withHairpin((flag & 1) != 0).withIsolation((flag & 2) != 0);
            made.addPort(port, (flag & 4) != 0);
        }
        for (int i = 0; i < flags.size(); i++) if ((flags.get(i) & 24) == 24) made.removePort(i);
        SwitchSnapshot snapshot = made.snapshot();
        for (int in = 0; in < flags.size(); in++) {
            int from = in;
            List<Integer> expected = IntStream.range(0, flags.size())
                    .filter(out -> snapshot.port(from) != null && snapshot.port(out) != null && made.isPortUp(out))
                    .filter(out -> snapshot.mayPass(from, out))
                    .boxed()
                    .toList();
            assertEquals(expected, membersOf(snapshot.portSet(in)), "from " + in);
        }
    }

    private static List<Integer> membersOf(PortSet set) {
        return IntStream.range(0, set.size()).map(set::port).boxed().toList();
    }
}
