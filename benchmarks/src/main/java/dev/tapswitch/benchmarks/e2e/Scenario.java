package dev.tapswitch.benchmarks.e2e;

import dev.tapswitch.benchmarks.e2e.bed.Bed;
import dev.tapswitch.benchmarks.e2e.measure.Measurement;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.util.List;
import java.util.function.Predicate;

/**
 * A network, and what is measured on it: a system is started once for all of it.
 *
 * @param ports hosts on the system, see {@link Bed#hosts}
 * @param mtu theirs
 * @param systems those that it is of use for
 */
record Scenario(int ports, int mtu, List<Measurement> measurements, Predicate<SystemUnderTest> systems) {
    /** Only what the filter lets through. */
    Scenario only(Predicate<String> isWanted) {
        return new Scenario(
                ports,
                mtu,
                measurements.stream()
                        .filter(measurement -> isWanted.test(measurement.id()))
                        .toList(),
                systems);
    }
}
