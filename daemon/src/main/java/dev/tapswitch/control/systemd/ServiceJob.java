package dev.tapswitch.control.systemd;

import dev.tapswitch.linux.process.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What systemd is doing to our service. SIGTERM is the same for a stop and for a restart, and nothing in the environment tells them apart. */
final class ServiceJob {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final Pattern UNIT = Pattern.compile("/([^/]+\\.service)(?:/|$)", Pattern.MULTILINE);
    private static final String USUAL_UNIT = "tapswitch.service";

    private ServiceJob() {}

    /** Whether the service is being restarted. Without an answer, yes: what stays can be removed later, and connections can't be brought back. */
    static boolean isRestart() {
        CommandRun jobs = CommandRun.run(
                List.of("systemctl", "list-jobs", "--no-legend", "--plain", "--full", "--no-pager"), "", LIMIT);
        return jobs.exit() != 0 || isRestart(jobs.output(), unit(cgroups()));
    }

    /** {@code jobs}: lines of a number, a unit, a type and a state. */
    static boolean isRestart(String jobs, String unit) {
        return jobs.lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(job -> job.length >= 3 && job[1].equals(unit))
                .anyMatch(job -> job[2].equals("restart") || job[2].equals("start"));
    }

    /** The innermost unit of /proc/self/cgroup (cgroups(7)). */
    static String unit(String cgroups) {
        Matcher matcher = UNIT.matcher(cgroups);
        String unit = USUAL_UNIT;
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
