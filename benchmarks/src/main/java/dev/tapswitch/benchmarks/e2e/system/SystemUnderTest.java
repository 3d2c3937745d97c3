package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.bed.Bed;
import dev.tapswitch.benchmarks.e2e.bed.Host;
import java.util.List;

/** Something that joins hosts at layer 2, or what it is compared with. Starts and stops many times in a run. */
public interface SystemUnderTest {
    /** For the command line and for JSON, for example {@code ovs-tso}. */
    String id();

    /** For people. */
    String title();

    /** How it was set up, where that decides its figures. */
    String description();

    /** The most ports that it is started with; beyond, {@link #whyNoMore} says what hinders. */
    default int mostPorts() {
        return 8_000;
    }

    default String whyNoMore() {
        return "";
    }

    /** The largest frame that it carries, as MTU. */
    default int mostMtu() {
        return 9_000;
    }

    /** Whether it is a switch that learns; the floor is not. */
    default boolean learns() {
        return true;
    }

    /** Starts it; when it returns, all hosts have their interface, up, with addresses, and can reach each other. */
    RunningSystem start(Bed bed, List<Host> hosts);
}
