package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.fastpath.NamespaceHolder;
import java.util.Optional;

/** Skips tests of the kernel fast path where the kernel does not support it. */
public final class FastPathSupport {
    private static final Optional<String> WHY_NOT = new KernelFastPath(Optional.empty(), NamespaceHolder.NONE).whyNot();

    private FastPathSupport() {}

    /** Whether a daemon can open ports of kind veth here. */
    public static boolean isAvailable() {
        return WHY_NOT.isEmpty();
    }

    /** Skips the test where a daemon cannot open ports of kind veth. */
    public static void require() {
        assumeTrue(WHY_NOT.isEmpty(), () -> "the kernel fast path is not available: " + WHY_NOT.orElseThrow());
    }

    /** Adds a node with a port of kind veth: a has 198.18.0.1, b has 198.18.0.2, and so on. Skips the test where there are no such ports. */
    public static Node vethNode(TestNetwork net, int number) {
        require();
        String name = String.valueOf((char) ('a' + number - 1));
        return net.quietNode(name, "198.18.0." + number + "/24").with("kind: veth");
    }

    /** Skips the test if the daemon attaches the programs of its veth ports through clsact: such ports do not survive the end of the daemon. */
    public static void requireTcx(RunningDaemon daemon) {
        String attachment =
                daemon.api().get("/v1/fast-path").required("attachment").asString();
        assumeTrue(attachment.equals("tcx"), () -> "needs Linux 6.6: programs are attached by " + attachment);
    }
}
