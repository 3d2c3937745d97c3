package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.TestNamespace;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** An iperf3 server in a container. It listens when the constructor returns. */
final class IperfServer implements AutoCloseable {
    private static final String PORT = "5201";
    private static final long DEADLINE_NANOS = 20_000_000_000L;

    private final Process process;

    IperfServer(TestNamespace container) throws IOException {
        process = new ProcessBuilder("ip", "netns", "exec", container.name(), "iperf3", "-s", "-p", PORT)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!container.exec("ss", "-tlnH").contains(":" + PORT + " ")) {
            if (System.nanoTime() > end || !process.isAlive()) {
                close();
                throw new IllegalStateException("iperf3 does not listen");
            }
        }
    }

    String port() {
        return PORT;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
