package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import java.time.Duration;
import java.util.List;

/** One host resolves another's address 500 times per second, as many containers do together, with few and with many ports present. */
public record ArpResolution() implements Measurement {
    @Override
    public String id() {
        return "arp";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        var requester = context.host(1);
        var run = context.metered(() -> context.tools()
                .run(
                        "arp",
                        Duration.ofSeconds(60),
                        List.of(
                                "port=" + requester.namespace() + "/" + requester.device(),
                                "sender=" + requester.mac(),
                                "from=" + requester.address(),
                                "to=" + context.host(2).address(),
                                "seconds=" + context.seconds(1))));
        Latencies latencies = Latencies.of(run.result());
        String ports = context.ports();
        if (latencies.samples() == 0) return;
        recorder.record(Metric.ARP_LATENCY, ports + ", p50", latencies.p50());
        recorder.record(Metric.ARP_LATENCY, ports + ", p99", latencies.p99());
        recorder.record(Metric.ARP_CPU, ports, run.cpu().machine() / latencies.samples() * 1e6);
    }
}
