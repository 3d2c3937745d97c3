package dev.tapswitch.benchmarks.e2e.testbed;

import dev.tapswitch.control.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Builds and executes one run of the load generator {@code frames.c}. */
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

    /** Adds an argument; {@code frames.c} documents them. */
    public Frames with(String key, Object value) {
        arguments.add(key + "=" + value);
        return this;
    }

    /** The frame length including the FCS, as in RFC 2544; bytes. */
    public Frames size(int size) {
        return with("size", size);
    }

    /** Frames per second; the maximum rate if not set. */
    public Frames rate(double framesPerSecond) {
        return with("rate", framesPerSecond);
    }

    /** The duration of the measurement and of the lead time before it, seconds. */
    public Frames seconds(double warmUp, double measured) {
        seconds = warmUp + measured;
        return with("warmup", warmUp).with("seconds", measured);
    }

    /** Runs the load generator. Frames are counted at the receiving interfaces. */
    public Result run() {
        arguments.add("ports=" + ports(hosts));
        return new Result(tools.run("frames", Duration.ofMillis(15_000 + (long) (seconds * 1_000)), arguments));
    }

    /** Starts the load generator in the background. The supplier waits for its result, and must be called. */
    public Supplier<Result> start() {
        var running = CompletableFuture.supplyAsync(this::run);
        return () -> {
            try {
                return running.join();
            } catch (CompletionException e) {
                throw new BenchException(e.getCause().getMessage(), e);
            }
        };
    }

    /** NAMESPACE/DEVICE,... with the idle ports as one range. */
    public static String ports(List<Host> hosts) {
        var ports = new StringJoiner(",");
        hosts.stream().filter(Host::hasAddress).forEach(host -> ports.add(host.namespace() + "/" + host.device()));
        List<Host> idlePorts = hosts.stream().filter(host -> !host.hasAddress()).toList();
        if (!idlePorts.isEmpty()) {
            Host first = idlePorts.getFirst();
            ports.add(first.namespace() + "/d#" + first.number() + "-"
                    + idlePorts.getLast().number());
        }
        return ports.toString();
    }

    /** The output of {@code frames.c}. */
    public record Result(Json json) {
        /** Frames handed to the kernel, accepted or not. */
        public long offered() {
            return json.required("offered").asLong();
        }

        /** How many of the offered frames arrived. */
        public long received() {
            return json.required("received").asLong();
        }

        public double offeredPerSecond() {
            return offered() / json.required("sentFor").asDouble();
        }

        /** Frames received during the measurement. */
        public double receivedPerSecond() {
            return json.required("inWindow").asLong() / json.required("seconds").asDouble();
        }

        /** The share of the offered frames that were lost, 0 to 1. */
        public double lost() {
            return offered() == 0 ? 0 : Math.max(0, 1 - (double) received() / offered());
        }

        /** The user time of the generator, in seconds. */
        public double generatorUser() {
            return json.required("user").asDouble();
        }

        /** Frames received by the generator's port of this index. */
        public long receivedBy(int port) {
            return json.required("ports").path(port).asLong();
        }

        /** Frames received per interval of the argument {@code bin}. */
        public List<Double> bins() {
            return json.required("bins").valueStream().map(Json::asDouble).toList();
        }

        public Latencies latencies() {
            return Latencies.of(json);
        }
    }
}
