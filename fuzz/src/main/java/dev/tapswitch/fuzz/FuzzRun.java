package dev.tapswitch.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One target under Jazzer, in a JVM of its own, for some time. */
public final class FuzzRun {
    /** Seconds for one input; beyond it the input counts as a hang. The first one loads and instruments the classes, on a busy machine too. */
    private static final int LONGEST_INPUT_SECONDS = 90;
    /** Starting, and instrumenting classes as they are loaded. */
    private static final Duration START = Duration.ofMinutes(6);
    /** What guides the search by its branches: our code and the parsers that read untrusted text for it. */
    private static final String GUIDES = "dev.tapswitch.**:org.snakeyaml.engine.**:com.google.gson.**";

    private final FuzzTarget target;
    private final Path corpora;
    private final Path out;

    /**
     * @param corpora the kept inputs, a directory for each target, read only
     * @param work for new inputs, findings and logs, a directory for each target
     */
    public FuzzRun(FuzzTarget target, Path corpora, Path work) {
        this.target = target;
        this.corpora = corpora;
        this.out = work.resolve(target.word()).toAbsolutePath();
    }

    /** How it ended. {@code log} has all that Jazzer said. */
    public record Outcome(boolean isClean, long inputs, List<Path> findings, Path log) {}

    /** Runs for the time, or until there is a finding. */
    public Outcome run(Duration time) throws IOException, InterruptedException {
        Path found = Files.createDirectories(out.resolve("corpus"));
        Path findings = Files.createDirectories(out.resolve("findings"));
        List<Path> before = list(findings);
        Path log = out.resolve("log");
        List<String> words = new ArrayList<>(isolation());
        words.addAll(java());
        words.add("com.code_intelligence.jazzer.Jazzer");
        words.add("--target_class=" + target.className());
        words.add("--instrumentation_includes=" + GUIDES);
        // Its hooks throw a NullPointerException in Netty's queues.
        words.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer");
        words.add("--reproducer_path=" + findings);
        words.add("-artifact_prefix=" + findings + "/");
        words.add("-max_total_time=" + Math.max(1, time.toSeconds()));
        words.add("-max_len=" + target.longest());
        words.add("-timeout=" + LONGEST_INPUT_SECONDS);
        // Of the whole JVM with its instrumentation.
        words.add("-rss_limit_mb=2560");
        words.add("-print_final_stats=1");
        words.add(found.toString());
        words.add(corpora.resolve(target.word()).toAbsolutePath().toString());
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(out.toFile());
        // Where a target asks a daemon to restart: there is no successor.
        builder.environment().put("TAPSWITCH_LAUNCHER", "/bin/false");
        Process process = builder.start();
        boolean hasEnded;
        try {
            hasEnded = process.waitFor(time.plus(START).toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
        }
        List<Path> after = new ArrayList<>(list(findings));
        after.removeAll(before);
        return new Outcome(hasEnded && process.exitValue() == 0, inputs(log), after, log);
    }

    /** The class path of this JVM, and the flags that the daemon has. */
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

    /** Whether this machine can run it. */
    public boolean isPossible() throws IOException, InterruptedException {
        if (!target.isIsolated()) return true;
        List<String> words = new ArrayList<>(isolation());
        words.add("true");
        try {
            return new ProcessBuilder(words)
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
        for (String line : Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("stat::number_of_executed_units:")) return Long.parseLong(line.replaceAll("\\D", ""));
        }
        return 0;
    }
}
