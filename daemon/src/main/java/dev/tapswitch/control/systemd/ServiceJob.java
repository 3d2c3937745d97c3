package dev.tapswitch.control.systemd;

import dev.tapswitch.linux.process.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job that systemd runs for this service. A stop and a restart send the same SIGTERM, and nothing in the environment distinguishes them. */
final class ServiceJob {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceJob.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 3;
    private static final Pattern UNIT = Pattern.compile("/([^/]+\\.service)(?:/|$)", Pattern.MULTILINE);
    private static final String DEFAULT_UNIT = "tapswitch.service";

    private ServiceJob() {}

    /**
     * Whether the service is being restarted. True as well if systemd does not respond, because interfaces that remain can be removed later, but lost
     * connections cannot be restored.
     */
    static boolean isRestart() {
        CommandRun jobs = list();
        // With KillMode=control-group, systemd sends SIGTERM to this command as well if it finds it in time.
        for (int i = 1; i < ATTEMPTS && jobs.exit() != 0 && jobs.exit() != CommandRun.TIMED_OUT; i++) jobs = list();
        if (jobs.exit() == 0) return isRestart(jobs.output(), unit(cgroups()));
        LOG.warn(
                "cannot ask systemd whether this is a restart ({}): interfaces and rules remain",
                jobs.output().strip());
        return true;
    }

    private static CommandRun list() {
        return CommandRun.run(
                List.of("systemctl", "list-jobs", "--no-legend", "--plain", "--full", "--no-pager"), "", LIMIT);
    }

    /** {@code jobs}: the output of systemctl, one job per line: number, unit, type and state. */
    static boolean isRestart(String jobs, String unit) {
        return jobs.lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(job -> job.length >= 3 && job[1].equals(unit))
                .anyMatch(job -> job[2].equals("restart") || job[2].equals("start"));
    }

    /** The innermost unit of /proc/self/cgroup (cgroups(7)). */
    static String unit(String cgroups) {
        Matcher matcher = UNIT.matcher(cgroups);
        String unit = DEFAULT_UNIT;
        while (matcher.find()) unit = matcher.group(1);
        return unit;
    }

    private static String cgroups() {
        try {
            return Files.readString(Path.of("/proc/self/cgroup"));
        } catch (IOException e) {
            return "";
        }
    }
}
