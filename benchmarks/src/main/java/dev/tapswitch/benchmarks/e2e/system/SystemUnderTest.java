package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import java.util.List;

/** A system that connects hosts at layer 2, or a reference for it. Starts and stops many times in a run. */
public interface SystemUnderTest {
    /** The name on the command line and in JSON, such as {@code ovs-tso}. */
    String id();

    /** The name in the report. */
    String title();

    /** The set-up, as far as it influences the results. */
    String description();

    /** The maximum number of ports; {@link #portLimitReason} says why. */
    default int maxPorts() {
        return 8_000;
    }

    default String portLimitReason() {
        return "";
    }

    /** The largest supported MTU, bytes. */
    default int maxMtu() {
        return 9_000;
    }

    /** Whether it learns MAC addresses; the floor does not. */
    default boolean learns() {
        return true;
    }

    /** Whether it is measured only if {@code --systems} names it. */
    default boolean isOnDemand() {
        return false;
    }

    /** Starts the system. On return all hosts have an interface that is up, with addresses, and can reach each other. */
    RunningSystem start(Testbed testbed, List<Host> hosts);
}
