package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The dockerd and containerd of a {@link DockerLab}: how they start, stop and are killed. */
final class DockerEngine {
    private static final String DOCKERD = "/usr/sbin/dockerd";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final DockerLab lab;
    private Process containerd;
    private Process dockerd;
    private String[] options = {};

    DockerEngine(DockerLab lab) {
        this.lab = lab;
    }

    /** Starts dockerd with these options, and containerd unless it runs. Skips the test where dockerd cannot run. */
    void start(String... dockerdOptions) {
        boolean hasRunBefore = dockerd != null;
        options = dockerdOptions;
        startContainerd();
        List<String> command = new ArrayList<>(List.of(
                DOCKERD,
                "--containerd",
                "/run/containerd/containerd.sock",
                "--data-root",
                lab.directory() + "/data",
                "--exec-root",
                "/run/docker-lab",
                "--pidfile",
                "/run/docker-lab.pid",
                "-H",
                "unix://" + lab.directory() + "/docker.sock"));
        command.addAll(List.of(options));
        try {
            dockerd = Command.start(
                    lab.inHost(command.toArray(String[]::new)), lab.directory().resolve("dockerd.log"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Await.within(TIMEOUT, () -> "dockerd responds:\n" + lab.tail("dockerd.log"), () -> {
            assumeTrue(hasRunBefore || dockerd.isAlive(), () -> "dockerd can't run here:\n" + lab.tail("dockerd.log"));
            return lab.tryDocker("version").exitCode() == 0;
        });
    }

    /** Starts dockerd again with the same options and data. */
    void restart() {
        start(options);
    }

    /** containerd is a separate service, as on real machines, so that it survives the end of dockerd. */
    private void startContainerd() {
        if (containerd != null) return;
        containerd =
                lab.killAtEnd(lab.inHost("containerd", "--root", lab.directory() + "/containerd"), "containerd.log");
        Await.within(
                TIMEOUT,
                () -> "containerd's socket exists:\n" + lab.tail("containerd.log"),
                () -> lab.hasSocket("/run/containerd/containerd.sock"));
    }

    boolean isRunning() {
        return dockerd != null && dockerd.isAlive();
    }

    /** Stops dockerd with SIGTERM, as systemd does. */
    void stop() {
        dockerd.destroy();
        awaitEnd(dockerd, 60);
    }

    /** Kills dockerd with SIGKILL. */
    void kill() {
        dockerd.destroyForcibly();
        awaitEnd(dockerd, 30);
        lab.host("rm", "-f", "/run/docker-lab.pid");
    }

    /** Waits for containerd, which the caller has killed; the next start starts a new one. */
    void awaitEndOfContainerd() {
        awaitEnd(containerd, 30);
        containerd = null;
    }

    static void awaitEnd(Process process, int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
