package dev.tapswitch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final String ERASE_LINE = "\r\u001b[K";

    private final StringWriter printed = new StringWriter();
    private final PrintWriter out = new PrintWriter(printed);

    @Test
    void eachReportReplacesTheLineAndTheEndErasesIt() {
        try (var line = ProgressLine.counting(out, true)) {
            line.report("creating namespaces", 1, 20);
            line.report("starting the daemon", 0, 0);
        }
        assertEquals(
                ERASE_LINE + "creating namespaces 1/20" + ERASE_LINE + "starting the daemon" + ERASE_LINE,
                printed.toString());
    }

    @Test
    void nothingIsPrintedWithoutATerminal() {
        try (var line = ProgressLine.counting(out, false)) {
            line.report("creating namespaces", 1, 20);
        }
        try (var _ = ProgressLine.elapsed(out, false, "waiting")) {
            out.flush();
        }
        assertEquals("", printed.toString());
    }

    @Test
    void anOperationThatReportsNothingCountsSeconds() throws InterruptedException {
        var hasTicked = new CountDownLatch(1);
        var ticking = new StringWriter() {
            @Override
            public void write(String text, int offset, int length) {
                super.write(text, offset, length);
                if (text.contains("s")) hasTicked.countDown();
            }
        };
        try (var _ = ProgressLine.elapsed(new PrintWriter(ticking), true, "waiting")) {
            assertTrue(hasTicked.await(60, TimeUnit.SECONDS));
        }
        assertTrue(ticking.toString().startsWith(ERASE_LINE + "waiting: 1 s"), ticking.toString());
        assertTrue(ticking.toString().endsWith(ERASE_LINE), ticking.toString());
    }

    @Test
    void anOperationThatEndsAtOncePrintsNothing() {
        ProgressLine.elapsed(out, true, "waiting").close();
        assertEquals("", printed.toString());
    }
}
