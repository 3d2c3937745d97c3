package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.Frames;
import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/** TCP or UDP request and response while two other hosts exchange 50,000 small frames a second: a load that all systems can carry. */
public record LoadedLatency(boolean udp) implements Measurement {
    private static final double RATE = 50_000;

    @Override
    public String id() {
        return udp ? "latency-udp-loaded" : "latency-loaded";
    }

    @Override
    public double estimateSeconds() {
        return 5;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        double seconds = context.seconds(1.5);
        // The third and fourth host exchange frames. Unlike in other measurements the generator has no dedicated CPU:
        // it
        // competes with the other processes.
        var load = new Frames(context.tools(), context.hosts().subList(2, 4))
                .with("first", 3)
                .with("cpu", -1)
                .rate(RATE)
                .seconds(0, RequestResponse.WARM_UP + seconds + 0.8);
        try (var server = new RequestServer(context, 5_002)) {
            var running = load.start();
            Await.pause(300);
            var requests = new RequestResponse(udp);
            Latencies latencies = requests.measure(server, seconds);
            var _ = running.get();
            requests.record(recorder, "with 50,000 frames/s beside", latencies);
        }
    }
}
