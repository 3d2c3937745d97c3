package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import dev.tapswitch.control.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Bulk TCP by iperf3, with several streams, one way or both. The receivers' throughput counts. The scheduler places all processes. */
public record BulkTcp(int streams, boolean bothWays) implements Measurement {
    @Override
    public String id() {
        return "tcp-" + streams + (bothWays ? "-both" : "");
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        Host server = context.host(2);
        Process listening = Command.start(
                Command.inside(server.namespace(), "iperf3", "-s", "-1"),
                context.testbed().directory().resolve("iperf3.log"));
        try {
            Await.pause(150);
            double seconds = Math.max(1, Math.round(context.seconds(1)));
            var run = context.metered(() -> client(context.host(1), server, seconds));
            Json end = run.result().required("end");
            double bits = received(end, "sum_received");
            if (bothWays) bits += received(end, "sum_received_bidir_reverse");
            String parameter =
                    streams + (streams == 1 ? " stream" : " streams") + (bothWays ? ", both ways" : ", one way");
            double gigabytes = Math.max(1e-6, bits * seconds / 8e9);
            recorder.record(Metric.TCP_RATE, parameter, bits / 1e9);
            recorder.record(Metric.TCP_CPU, parameter, run.cpu().machine() / gigabytes);
            recorder.record(Metric.TCP_CPU_PROCESS, parameter, run.cpu().process() / gigabytes);
        } finally {
            Command.end(listening);
        }
    }

    private Json client(Host client, Host server, double seconds) {
        List<String> words = new ArrayList<>(Command.inside(
                client.namespace(),
                "iperf3",
                "--json",
                "--client",
                server.address(),
                "--time",
                Integer.toString((int) seconds),
                "--parallel",
                Integer.toString(streams),
                "--connect-timeout",
                "3000"));
        if (bothWays) words.add("--bidir");
        return Tools.parse(Command.expect(Duration.ofSeconds((long) seconds + 20), "", words));
    }

    private static double received(Json end, String sum) {
        return end.path(sum).path("bits_per_second").asDouble();
    }
}
