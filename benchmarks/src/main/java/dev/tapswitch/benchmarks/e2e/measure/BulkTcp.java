package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Await;
import dev.tapswitch.benchmarks.e2e.bed.Command;
import dev.tapswitch.benchmarks.e2e.bed.Host;
import dev.tapswitch.benchmarks.e2e.bed.Tools;
import dev.tapswitch.daemon.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Bulk TCP by iperf3, some streams, one way or both; what the receivers got counts. All processes run where the scheduler puts them. */
public record BulkTcp(int streams, boolean bothWays) implements Measurement {
    @Override
    public String id() {
        return "tcp-" + streams + (bothWays ? "-both" : "");
    }

    @Override
    public void run(Station station, Recorder recorder) {
        Host server = station.host(2);
        Process listening = Command.start(
                Command.inside(server.namespace(), "iperf3", "-s", "-1"),
                station.bed().directory().resolve("iperf3.log"));
        try {
            Await.pause(150);
            double seconds = Math.max(1, Math.round(station.seconds(1)));
            var run = station.metered(() -> client(station.host(1), server, seconds));
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
