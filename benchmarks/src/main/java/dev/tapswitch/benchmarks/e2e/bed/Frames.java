package dev.tapswitch.benchmarks.e2e.bed;

import dev.tapswitch.daemon.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** One run of the load generator, {@code frames.c}: build it up, run it. */
public final class Frames {
    private final Tools tools;
    private final List<Host> hosts;
    private final List<String> arguments = new ArrayList<>();
    private double seconds = 1;

    public Frames(Tools tools, List<Host> hosts) {
        this.tools = tools;
        this.hosts = hosts;
        with("cpu", Cpus.generator());
    }

    /** An argument as {@code frames.c} describes it. */
    public Frames with(String key, Object value) {
        arguments.add(key + "=" + value);
        return this;
    }

    /** The frame's length with FCS, as RFC 2544 counts it. */
    public Frames size(int size) {
        return with("size", size);
    }

    /** Frames a second; as fast as it goes without. */
    public Frames rate(double framesPerSecond) {
        return with("rate", framesPerSecond);
    }

    /** What is measured, after so much more of the same that is not. */
    public Frames seconds(double warmUp, double measured) {
        seconds = warmUp + measured;
        return with("warmup", warmUp).with("seconds", measured);
    }

    /** Everything is counted at the receiving interfaces. */
    public Result run() {
        arguments.add("ports=" + ports(hosts));
        return new Result(tools.run("frames", Duration.ofMillis(15_000 + (long) (seconds * 1_000)), arguments));
    }

    /** NAMESPACE/DEVICE,... with the crowd as one range. */
    public static String ports(List<Host> hosts) {
        var ports = new StringJoiner(",");
        hosts.stream().filter(Host::hasAddress).forEach(host -> ports.add(host.namespace() + "/" + host.device()));
        List<Host> crowd = hosts.stream().filter(host -> !host.hasAddress()).toList();
        if (!crowd.isEmpty()) {
            Host first = crowd.getFirst();
            ports.add(first.namespace() + "/d#" + first.number() + "-"
                    + crowd.getLast().number());
        }
        return ports.toString();
    }

    /** What {@code frames.c} said. */
    public record Result(Json json) {
        /** Frames handed to the kernel, whether it took them or not. */
        public long offered() {
            return json.required("offered").asLong();
        }

        /** Of all that was offered, what arrived in the end. */
        public long received() {
            return json.required("received").asLong();
        }

        public double offeredPerSecond() {
            return offered() / json.required("sentFor").asDouble();
        }

        /** Received while it was measured. */
        public double receivedPerSecond() {
            return json.required("inWindow").asLong() / json.required("seconds").asDouble();
        }

        public double lost() {
            return offered() == 0 ? 0 : Math.max(0, 1 - (double) received() / offered());
        }

        /** The generator's own user time, in seconds. */
        public double generatorUser() {
            return json.required("user").asDouble();
        }

        /** Frames received by the port with this index among the generator's. */
        public long receivedBy(int port) {
            return json.required("ports").path(port).asLong();
        }

        public List<Double> bins() {
            return json.required("bins").valueStream().map(Json::asDouble).toList();
        }

        public Latencies latencies() {
            return Latencies.of(json);
        }
    }
}
