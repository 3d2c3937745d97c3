package dev.tapswitch.benchmarks.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * CPU time in seconds: of the whole machine (/proc/stat: all CPUs, interrupts and ksoftirqd included), and of it the share of the processes of the
 * system under test. A kernel without VIRT_CPU_ACCOUNTING counts ticks: accurate to a few percent over one second.
 *
 * @param user user and nice time of the machine
 * @param kernel system, irq and softirq time of the machine
 * @param stolen time that a hypervisor took
 * @param processUser user time of the system's processes
 * @param processKernel kernel time of the system's processes
 */
public record CpuUse(double user, double kernel, double stolen, double processUser, double processKernel) {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ is 100 on all supported architectures

    /** The CPU time since boot, and since the processes started. */
    public static CpuUse now(List<Long> pids) {
        try {
            String[] cpu;
            try (var lines = Files.lines(Path.of("/proc/stat"))) {
                cpu = lines.findFirst().orElseThrow().trim().split(" +", -1);
            }
            double user = 0;
            double kernel = 0;
            for (long pid : pids) {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                // The name, in parentheses, may have spaces; proc(5): utime and stime are fields 14 and 15.
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                user += Long.parseLong(fields[11]) / TICKS_PER_SECOND;
                kernel += Long.parseLong(fields[12]) / TICKS_PER_SECOND;
            }
            return new CpuUse(
                    ticks(cpu, 1) + ticks(cpu, 2),
                    ticks(cpu, 3) + ticks(cpu, 6) + ticks(cpu, 7),
                    ticks(cpu, 8),
                    user,
                    kernel);
        } catch (IOException e) {
            throw new BenchException("the system under test has ended: " + e.getMessage(), e);
        }
    }

    /** The CPU time between two readings. */
    public CpuUse since(CpuUse before) {
        return new CpuUse(
                user - before.user,
                kernel - before.kernel,
                stolen - before.stolen,
                processUser - before.processUser,
                processKernel - before.processKernel);
    }

    /** User and kernel time of the machine. */
    public double machine() {
        return user + kernel;
    }

    /** User and kernel time of the system's processes. */
    public double process() {
        return processUser + processKernel;
    }

    /** Total resident memory of the processes, bytes. */
    public static long residentBytes(List<Long> pids) {
        long sum = 0;
        for (long pid : pids) {
            try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
                sum += lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                        .sum();
            } catch (IOException e) {
                throw new BenchException("the system under test has ended: " + e.getMessage(), e);
            }
        }
        return sum;
    }

    private static double ticks(String[] fields, int index) {
        return Long.parseLong(fields[index]) / TICKS_PER_SECOND;
    }
}
