package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.fastpath.NamespaceHolder;
import java.util.Optional;

/** Skips tests of the kernel fast path where the kernel does not support it. */
public final class FastPathSupport {
    private static final Optional<String> WHY_NOT = new KernelFastPath(Optional.empty(), NamespaceHolder.NONE).whyNot();

    private FastPathSupport() {}

    /** Skips the test where a daemon cannot open ports of kind veth. */
    public static void require() {
        assumeTrue(WHY_NOT.isEmpty(), () -> "no fast path here: " + WHY_NOT.orElseThrow());
    }

    /** Skips the test where the ports of a daemon, which has some of kind veth, do not outlive it. */
    public static void requireTakeover(RunningDaemon daemon) {
        String attachment =
                daemon.api().get("/v1/fast-path").required("attachment").asString();
        assumeTrue(attachment.equals("tcx"), () -> "needs Linux 6.6: programs are attached by " + attachment);
    }
}
