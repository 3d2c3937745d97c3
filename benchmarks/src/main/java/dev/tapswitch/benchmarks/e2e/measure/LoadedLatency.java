package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.Frames;
import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import java.util.concurrent.CompletableFuture;

/** Request and response while two other hosts exchange 50,000 small frames a second: a load that all systems can carry. */
public record LoadedLatency() implements Measurement {
    private static final double RATE = 50_000;

    @Override
    public String id() {
        return "latency-loaded";
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
            var running = CompletableFuture.supplyAsync(load::run);
            Await.pause(300);
            Latencies latencies = RequestResponse.measure(server, seconds);
            running.join();
            RequestResponse.record(recorder, "with 50,000 frames/s beside", latencies);
        }
    }
}
