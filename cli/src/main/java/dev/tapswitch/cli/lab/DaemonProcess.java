package dev.tapswitch.cli.lab;

import dev.tapswitch.cli.client.ApiClient;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The daemon of one lab, as a process of its own in the background. */
final class DaemonProcess {
    private static final long START_MS = 20_000;
    private static final long STOP_MS = 10_000;
    /** As config/daemon.jvm, which is not everywhere where this jar is. */
    static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xms48m",
            "-Xmn32m",
            "-Xmx128m",
            "-XX:PretenureSizeThreshold=64k",
            "-XX:MaxTenuringThreshold=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+DisplayVMOutputToStderr",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=inline,io.netty.channel.uring.IoUringIoHandler::processCompletionsAndHandleOverflow",
            "-XX:CompileCommand=inline,io.netty.channel.uring.CompletionQueue::process");

    private static final List<String> LOGS = List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-Xlog:aot=off");

    private final LabHome home;

    DaemonProcess(LabHome home) {
        this.home = home;
    }

    /** The process, when it is alive and really this lab's daemon: a pid may have gone to another since. */
    Optional<ProcessHandle> find() {
        try {
            long pid = Long.parseLong(Files.readString(home.pid()).strip());
            var commandLine = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            boolean ours =
                    List.of(commandLine.split("\0")).contains(home.config().toString());
            return ours ? ProcessHandle.of(pid) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Starts it and waits until it answers. */
    void start() {
        try {
            Files.deleteIfExists(home.socket());
            var process = new ProcessBuilder(command())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(home.log().toFile()))
                    .start();
            Files.writeString(home.pid(), process.pid() + "\n");
            boolean answers = Await.until(() -> !process.isAlive() || ApiClient.answers(home.socket()), START_MS);
            if (!process.isAlive()) throw new LabException("the lab's daemon did not start: " + lastWords());
            if (!answers)
                throw new LabException(
                        "the lab's daemon did not answer within " + START_MS / 1_000 + " s: " + lastWords());
        } catch (IOException e) {
            throw new LabException("cannot start the lab's daemon: " + e.getMessage());
        }
    }

    /** Ends it, orderly if it lets us. */
    void stop() {
        var process = find();
        if (process.isEmpty()) return;
        process.get().destroy();
        if (!Await.until(() -> find().isEmpty(), STOP_MS)) {
            process.get().destroyForcibly();
            Await.until(() -> find().isEmpty(), STOP_MS);
        }
    }

    String lastWords() {
        try {
            return Files.readAllLines(home.log()).stream()
                    .filter(line -> !line.isBlank())
                    .reduce((first, last) -> last)
                    .orElse("it said nothing");
        } catch (IOException e) {
            return "it left no log";
        }
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        // A session of its own: Ctrl-C and a closing terminal are not for the daemon.
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) command.add("/usr/bin/setsid");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(LOGS);
        var classPath = System.getProperty("java.class.path");
        boolean oneJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        if (oneJar) {
            var cache = Path.of(classPath).resolveSibling("tapswitch.aot");
            if (Files.exists(cache)) command.add("-XX:AOTCache=" + cache);
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, "dev.tapswitch.cli.Main"));
        }
        command.addAll(List.of("daemon", "--config", home.config().toString()));
        return command;
    }
}
