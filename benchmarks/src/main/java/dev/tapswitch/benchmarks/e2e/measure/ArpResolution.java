package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Latencies;
import java.time.Duration;
import java.util.List;

/** One host asks for another's address 500 times a second, as many containers would together, with few and with many ports present. */
public record ArpResolution() implements Measurement {
    @Override
    public String id() {
        return "arp";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        var asker = station.host(1);
        var run = station.metered(() -> station.tools()
                .run(
                        "arp",
                        Duration.ofSeconds(60),
                        List.of(
                                "port=" + asker.namespace() + "/" + asker.device(),
                                "sender=" + asker.mac(),
                                "from=" + asker.address(),
                                "to=" + station.host(2).address(),
                                "seconds=" + station.seconds(1))));
        Latencies latencies = Latencies.of(run.result());
        String ports = station.ports();
        if (latencies.samples() == 0) return;
        recorder.record(Metric.ARP_LATENCY, ports + ", p50", latencies.p50());
        recorder.record(Metric.ARP_LATENCY, ports + ", p99", latencies.p99());
        recorder.record(Metric.ARP_CPU, ports, run.cpu().machine() / latencies.samples() * 1e6);
    }
}
