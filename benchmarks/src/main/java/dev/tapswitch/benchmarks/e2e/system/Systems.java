package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** All systems, in the order of the report. */
public final class Systems {
    /** Sizes of super-frames above the usual 64 KiB. */
    private static final List<Integer> SUPER_FRAMES_KIB = List.of(192, 256);

    private Systems() {}

    public static List<SystemUnderTest> all(Tools tools, Path launcher) {
        List<SystemUnderTest> usual = List.of(
                Tapswitch.fast(launcher),
                Tapswitch.onTaps("epoll", launcher),
                Tapswitch.onTaps("io_uring", launcher),
                new KernelBridge(),
                new OpenVSwitch(false),
                new OpenVSwitch(true),
                new Vde2(),
                new Floor("epoll", tools),
                new Floor("io_uring", tools),
                new FastPathFloor(),
                new BareWire());
        Stream<SystemUnderTest> withSuperFrames = Stream.of(new KernelBridge(), new FastPathFloor(), new BareWire())
                .flatMap(base -> SUPER_FRAMES_KIB.stream().map(kib -> new SuperFrames(base, kib, tools)));
        return Stream.concat(usual.stream(), withSuperFrames).toList();
    }
}
