package dev.tapswitch.benchmarks.e2e.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import dev.tapswitch.benchmarks.e2e.system.KernelBridge;
import dev.tapswitch.benchmarks.e2e.system.Tapswitch;
import dev.tapswitch.control.json.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Figure FRAMES = new Figure(Metric.FRAME_RATE, "64 bytes");

    private final Results results = new Results();

    private void measured(String system, double... rounds) {
        for (int round = 0; round < rounds.length; round++)
            if (!Double.isNaN(rounds[round]))
                results.add(round, system, FRAMES.metric(), FRAMES.parameter(), rounds[round]);
    }

    private Run run() {
        return new Run(
                Instant.EPOCH,
                "./tapswitch bench --only <b>",
                3,
                Map.of("CPU", "a & b"),
                List.of(new Tapswitch("epoll", "epoll", "tap", Path.of("tapswitch")), new KernelBridge()),
                results);
    }

    @Test
    void theMedianOfAnEvenNumberOfRoundsIsTheMeanOfTheMiddleTwo() {
        measured("bridge", 1, 9, 2, 4);
        assertEquals(new Statistics(3, 1, 9, 4), results.of(FRAMES, "bridge").orElseThrow());
    }

    @Test
    void ratiosAreTakenRoundByRoundWithoutRoundsThatOneSystemLacks() {
        measured("tapswitch-epoll", 20, 400, 60);
        measured("bridge", 10, Double.NaN, 20);
        assertEquals(
                new Statistics(2.5, 2, 3, 2),
                results.ratio(FRAMES, "tapswitch-epoll", "bridge").orElseThrow());
    }

    @Test
    void aTargetIsJudgedByTheMedianOfTheRatios() {
        measured("tapswitch-epoll", 30, 10, 20);
        measured("bridge", 10, 10, 10);
        Target twice = Target.atLeast("", FRAMES, "tapswitch-epoll", "bridge", 2);
        Target atMostOne = Target.atMost("", FRAMES, "tapswitch-epoll", "bridge", 1);
        assertTrue(twice.isMet(twice.reached(results).orElseThrow()));
        assertFalse(atMostOne.isMet(atMostOne.reached(results).orElseThrow()));
    }

    @Test
    void aResultThatWasNotMeasuredIsAbsentAndNotZero() {
        assertTrue(Targets.all().stream()
                .allMatch(target -> target.reached(results).isEmpty()));
        assertTrue(results.of(FRAMES, "bridge").isEmpty());
    }

    @Test
    void theJsonReportHasEveryValueOfEveryRound() {
        measured("tapswitch-epoll", 30, Double.NaN, 20);
        Json rounds = Json.parse(JsonReport.of(run()))
                .path("figures")
                .path(0)
                .path("systems")
                .path("tapswitch-epoll")
                .path("rounds");
        assertEquals("[30.0,null,20.0]", rounds.toString());
    }

    @Test
    void theHtmlReportIsSelfContainedAndEscapesItsTexts() {
        measured("tapswitch-epoll", 30, 10, 20);
        measured("bridge", 10, 10, 10);
        String page = HtmlReport.of(run());
        assertTrue(page.contains("--only &lt;b&gt;") && page.contains("a &amp; b") && page.contains("<svg"));
        assertFalse(
                page.contains("http:") || page.contains("https:") || page.contains("src=") || page.contains("<script"));
    }

    @Test
    void theMarkdownReportShowsTheTargetAndTheShareOfTheBridge() {
        measured("tapswitch-epoll", 30, 10, 20);
        measured("bridge", 10, 10, 10);
        String text = MarkdownReport.of(run());
        assertTrue(text.contains("| >= 2 | **2.00** [1.00 - 3.00] | met, not in every round |"), text);
        assertTrue(text.contains("Share of kernel bridge"), text);
    }
}
