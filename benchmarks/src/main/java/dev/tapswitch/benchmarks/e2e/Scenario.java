package dev.tapswitch.benchmarks.e2e;

import dev.tapswitch.benchmarks.e2e.measure.Measurement;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.util.List;
import java.util.function.Predicate;

/**
 * A network and the measurements on it; a system is started once for all of them.
 *
 * @param ports the number of hosts, see {@link Testbed#hosts}
 * @param mtu of their interfaces, bytes
 * @param systems the systems to measure
 */
record Scenario(int ports, int mtu, List<Measurement> measurements, Predicate<SystemUnderTest> systems) {
    /** Keeps only the measurements that the filter accepts. */
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
