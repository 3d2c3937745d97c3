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

/** The daemon of a lab: a background process. */
final class DaemonProcess {
    private static final long START_MS = 20_000;
    private static final long STOP_MS = 10_000;
    /** The JVM options of config/daemon.jvm, which is not installed everywhere that this jar is. */
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

    /** The process, if it is alive. Checks its command line, because the kernel may have reused the pid. */
    Optional<ProcessHandle> find() {
        try {
            long pid = Long.parseLong(Files.readString(home.pid()).strip());
            var commandLine = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            boolean isDaemon =
                    List.of(commandLine.split("\0")).contains(home.config().toString());
            return isDaemon ? ProcessHandle.of(pid) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Starts the process and waits until it accepts requests. */
    void start() {
        try {
            Files.deleteIfExists(home.socket());
            var process = new ProcessBuilder(command())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(home.log().toFile()))
                    .start();
            Files.writeString(home.pid(), process.pid() + "\n");
            boolean isListening =
                    Await.until(() -> !process.isAlive() || ApiClient.isListening(home.socket()), START_MS);
            if (!process.isAlive()) throw new LabException("the lab's daemon did not start: " + lastLogLine());
            if (!isListening)
                throw new LabException(
                        "the lab's daemon accepts no requests after " + START_MS / 1_000 + " s: " + lastLogLine());
        } catch (IOException e) {
            throw new LabException("cannot start the lab's daemon: " + e.getMessage());
        }
    }

    /** Stops the process: with SIGTERM, and with SIGKILL if it does not end in time. */
    void stop() {
        var process = find();
        if (process.isEmpty()) return;
        process.get().destroy();
        if (!Await.until(() -> find().isEmpty(), STOP_MS)) {
            process.get().destroyForcibly();
            Await.until(() -> find().isEmpty(), STOP_MS);
        }
    }

    /** The last line of the log, for error messages. */
    String lastLogLine() {
        try {
            return Files.readAllLines(home.log()).stream()
                    .filter(line -> !line.isBlank())
                    .reduce((first, last) -> last)
                    .orElse("its log is empty: " + home.log());
        } catch (IOException e) {
            return "it has written no log: " + home.log();
        }
    }

    private static boolean isNewer(Path file, Path other) {
        try {
            return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(other)) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        // In a new session, Ctrl-C and the end of the terminal do not stop the daemon.
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) command.add("/usr/bin/setsid");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(LOGS);
        var classPath = System.getProperty("java.class.path");
        boolean oneJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        if (oneJar) {
            var cache = Path.of(classPath).resolveSibling("tapswitch.aot");
            // From a cache that is older than the jar, the JVM would run outdated classes.
            if (isNewer(cache, Path.of(classPath))) command.add("-XX:AOTCache=" + cache);
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("-cp", classPath, "dev.tapswitch.cli.Main"));
        }
        command.addAll(List.of("daemon", "--config", home.config().toString()));
        return command;
    }
}
