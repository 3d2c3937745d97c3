package dev.tapswitch.control.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
    private static List<String> between(String before, String after) throws ConfigException {
        return changes(before, after).map(Change::toString).toList();
    }

    private static Stream<Change> changes(String before, String after) throws ConfigException {
        return ConfigDiff.between(
                ConfigReader.parse("before", "switches: " + before).switches(),
                ConfigReader.parse("after", "switches: " + after).switches())
                .stream();
    }

    @Test
    void unchangedSwitchesGetNoSteps() throws ConfigException {
        String same = "{lan: {ports: {a: {}, b: {mtu: 9000}}}}";
        assertEquals(List.of(), between(same, same));
    }

    @Test
    void aChangedSettingIsDescribedWithBothValues() throws ConfigException {
        assertEquals(
                List.of("switch lan: ageing 300s -> 60s", "switch lan: port a: mtu 1500 -> 9000"),
                between("{lan: {ports: {a: {}, b: {}}}}", "{lan: {ageing: 60, ports: {a: {mtu: 9000}, b: {}}}}"));
    }

    /** The name of a device must be free before another port can use it. */
    @Test
    void removalsComeBeforeAdditions() throws ConfigException {
        assertEquals(
                List.of(
                        "switch lan: port a removed",
                        "switch lan removed",
                        "switch new added",
                        "switch new: port a added"),
                between("{lan: {ports: {a: {}}}}", "{new: {ports: {a: {}}}}"));
    }

    @Test
    void aPortWhoseDeviceChangesIsRemovedAndAddedAgain() throws ConfigException {
        assertEquals(
                List.of("switch lan: port a removed", "switch lan: port a added"),
                between("{lan: {ports: {a: {}}}}", "{lan: {ports: {a: {device: b}}}}"));
    }

    @Test
    void aBindingFollowsItsPortToAnotherDevice() throws ConfigException {
        String bound = "static-macs: [{mac: '02:00:00:00:00:01', port: a}]";
        assertEquals(
                List.of(Change.PortRemoved.class, Change.PortAdded.class, Change.MacAdded.class),
                changes("{lan: {" + bound + ", ports: {a: {}}}}", "{lan: {" + bound + ", ports: {a: {device: b}}}}")
                        .map(Object::getClass)
                        .toList());
    }

    @Test
    void theInverseOfEachStepUndoesIt() throws ConfigException {
        String before = "{lan: {arp: flood, ports: {a: {}, b: {up: false}}}}";
        String after = "{lan: {arp: reply, ports: {b: {}, c: {}}}, two: {}}";
        var there = changes(before, after)
                .map(change -> change.inverse().toString())
                .sorted()
                .toList();
        assertEquals(
                between(/* before= */ after, /* after= */ before).stream()
                        .sorted()
                        .toList(),
                there);
    }
}
