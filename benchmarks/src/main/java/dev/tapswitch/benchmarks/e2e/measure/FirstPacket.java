package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import java.time.Duration;
import java.util.List;

/**
 * The first request between two hosts that never talked, with the address resolution before it. Before each request both hosts get a new MAC and a
 * new address. Leaves the hosts with these, so that no other measurement can follow after the same start.
 */
public record FirstPacket() implements Measurement {
    private static final int PORT = 5_005;

    @Override
    public String id() {
        return "first-packet";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var _ = new RequestServer(context, PORT)) {
            Latencies latencies = Latencies.of(context.tools()
                    .run(
                            "first",
                            Duration.ofMinutes(1),
                            List.of(
                                    "client=" + device(context.host(1)),
                                    "server=" + device(context.host(2)),
                                    "port=" + PORT,
                                    "seconds=" + context.seconds(1.5))));
            recorder.record(Metric.FIRST_PACKET, "p50", latencies.p50());
            recorder.record(Metric.FIRST_PACKET, "p99", latencies.p99());
        }
    }

    private static String device(Host host) {
        return host.namespace() + "/" + host.device();
    }
}
