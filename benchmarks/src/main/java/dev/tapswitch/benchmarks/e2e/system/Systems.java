package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.nio.file.Path;
import java.util.List;

/** All systems, in the order of the report. */
public final class Systems {
    private Systems() {}

    public static List<SystemUnderTest> all(Tools tools, Path launcher) {
        return List.of(
                new Tapswitch("epoll", launcher),
                new Tapswitch("io_uring", launcher),
                new KernelBridge(),
                new OpenVSwitch(false),
                new OpenVSwitch(true),
                new Vde2(),
                new Floor("epoll", tools),
                new Floor("io_uring", tools),
                new BareWire());
    }
}
