package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another system whose veth pairs carry larger super-frames than 64 KiB (BIG TCP).
 *
 * @param kib the largest super-frame, KiB
 */
public record SuperFrames(SystemUnderTest base, int kib, Tools tools) implements SystemUnderTest {
    @Override
    public String id() {
        return base.id() + "-" + kib + "k";
    }

    @Override
    public String title() {
        return base.title() + ", " + kib + " KiB";
    }

    @Override
    public String description() {
        return base.description() + "; super-frames of up to " + kib + " KiB";
    }

    @Override
    public boolean isOnDemand() {
        return true;
    }

    @Override
    public int maxPorts() {
        return base.maxPorts();
    }

    @Override
    public String portLimitReason() {
        return base.portLimitReason();
    }

    @Override
    public boolean learns() {
        return base.learns();
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        RunningSystem running = base.start(testbed, hosts);
        try {
            String namespaces = Stream.concat(hosts.stream().map(Host::namespace), Stream.of(testbed.switchNamespace()))
                    .distinct()
                    .collect(Collectors.joining(","));
            tools.run("superframes", Duration.ofMinutes(1), List.of("size=" + kib * 1_024, "namespaces=" + namespaces));
            return running;
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
    }
}
