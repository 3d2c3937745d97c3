package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One run of the bench, as the report needs it.
 *
 * @param began the time when it started
 * @param command the command line
 * @param rounds the number of completed rounds
 * @param machine a description of the machine, names and values
 * @param systems in the order of the report
 */
public record Run(
        Instant began,
        String command,
        int rounds,
        Map<String, String> machine,
        List<SystemUnderTest> systems,
        Results results) {}
