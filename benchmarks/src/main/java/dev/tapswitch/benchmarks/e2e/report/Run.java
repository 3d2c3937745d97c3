package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A run of the bench, for its report.
 *
 * @param began when
 * @param command how it was called
 * @param rounds how many rounds were completed
 * @param machine what it ran on
 * @param systems in the order of the report
 */
public record Run(
        Instant began,
        String command,
        int rounds,
        Map<String, String> machine,
        List<SystemUnderTest> systems,
        Results results) {}
