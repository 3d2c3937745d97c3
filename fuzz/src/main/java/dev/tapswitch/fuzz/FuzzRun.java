package dev.tapswitch.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs one target under Jazzer in a separate JVM, for a limited time. */
public final class FuzzRun {
    /** An input that takes longer counts as a hang. The first input loads and instruments the classes, possibly on a busy machine. */
    private static final int MAX_INPUT_SECONDS = 90;
    /** Time for starting the JVM and instrumenting the classes. */
    private static final Duration STARTUP = Duration.ofMinutes(6);
    /** The classes whose coverage guides the search: Tapswitch and the libraries that parse untrusted text for it. */
    private static final String INSTRUMENTED = "dev.tapswitch.**:org.snakeyaml.engine.**:com.google.gson.**";

    private final FuzzTarget target;
    private final Path corpora;
    private final Path out;

    /**
     * Prepares a run.
     *
     * @param corpora the directory of the corpora, one subdirectory per target; not written
     * @param work the directory for new inputs, findings and logs, one subdirectory per target
     */
    public FuzzRun(FuzzTarget target, Path corpora, Path work) {
        this.target = target;
        this.corpora = corpora;
        this.out = work.resolve(target.key()).toAbsolutePath();
    }

    /**
     * The result of a run.
     *
     * @param inputs how many inputs were tried
     * @param findings files with the inputs of this run's findings
     * @param log the output of Jazzer
     */
    public record Outcome(boolean isClean, long inputs, List<Path> findings, Path log) {}

    /** Runs until the time is over or there is a finding. */
    public Outcome run(Duration time) throws IOException, InterruptedException {
        Path found = Files.createDirectories(out.resolve("corpus"));
        Path findings = Files.createDirectories(out.resolve("findings"));
        List<Path> before = list(findings);
        Path log = out.resolve("log");
        List<String> command = new ArrayList<>(isolation());
        command.addAll(java());
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + target.className());
        command.add("--instrumentation_includes=" + INSTRUMENTED);
        // Its hooks throw a NullPointerException in Netty's queues, which is not a finding.
        command.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer");
        command.add("--reproducer_path=" + findings);
        command.add("-artifact_prefix=" + findings + "/");
        command.add("-max_total_time=" + Math.max(1, time.toSeconds()));
        command.add("-max_len=" + target.maxLength());
        command.add("-timeout=" + MAX_INPUT_SECONDS);
        // The limit applies to the whole JVM including the instrumentation.
        command.add("-rss_limit_mb=2560");
        command.add("-print_final_stats=1");
        command.add(found.toString());
        command.add(corpora.resolve(target.key()).toAbsolutePath().toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(out.toFile());
        // A target may request a restart of the daemon: the successor must not start.
        builder.environment().put("TAPSWITCH_LAUNCHER", "/bin/false");
        Process process = builder.start();
        boolean hasEnded;
        try {
            hasEnded = process.waitFor(time.plus(STARTUP).toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
        }
        List<Path> after = new ArrayList<>(list(findings));
        after.removeAll(before);
        return new Outcome(hasEnded && process.exitValue() == 0, inputs(log), after, log);
    }

    /** The command for a JVM with the class path of this one and the flags of the daemon. */
    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"));
    }

    private List<String> isolation() {
        return target.isIsolated() ? List.of("unshare", "--user", "--map-root-user", "--net") : List.of();
    }

    /** Whether this machine can run the target: whether it permits user namespaces if the target needs them. */
    public boolean isPossible() throws IOException, InterruptedException {
        if (!target.isIsolated()) return true;
        List<String> command = new ArrayList<>(isolation());
        command.add("true");
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static long inputs(Path log) throws IOException {
        for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("stat::number_of_executed_units:")) return Long.parseLong(line.replaceAll("\\D", ""));
        }
        return 0;
    }
}
