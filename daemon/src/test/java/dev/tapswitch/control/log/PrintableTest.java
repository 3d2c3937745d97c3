package dev.tapswitch.control.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tapswitch.control.json.Json;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PrintableTest {
    private static final String HOSTILE = "a\u001b[2J\u009b31m\rb\u202ec\u0000";

    @Test
    void controlCharactersAreEscapedAndOthersAreNot() {
        assertEquals("a\\x1b[2J\\x9b31m\\x0db\\u202ec\\x00", Printable.line(HOSTILE));
        assertEquals("port büro, 日本 😀: \"up\"", Printable.line("port büro, 日本 😀: \"up\""));
        assertEquals("one\\x0atwo\\x09", Printable.line("one\ntwo\t"));
        assertEquals("one\ntwo\t", Printable.text("one\ntwo\t"));
    }

    @Test
    void theLogEscapesControlCharacters() {
        var event = new LoggingEvent(
                "test", new LoggerContext().getLogger("test"), Level.WARN, "port {}", null, new Object[] {HOSTILE});
        var layout = new LineLayout();
        layout.start();
        String line = layout.doLayout(event);
        assertTrue(line.endsWith("port " + Printable.text(HOSTILE) + "\n"), line);
    }

    @Test
    void jsonEscapesControlCharacters() {
        String json = Json.object().put("name", HOSTILE).toString();
        assertTrue(json.chars().allMatch(c -> c >= ' ' && c < 0x7f), json);
        assertEquals(HOSTILE, Json.parse(json).required("name").asString());
    }

    @Test
    void onePortDoesNotUseUpTheLogLimitOfOthers() {
        var sink = new LoggerContext().getLogger("test");
        var lines = new ListAppender<ILoggingEvent>();
        sink.addAppender(lines);
        lines.start();
        AtomicLong now = new AtomicLong();
        RateLimitedLogger all = new RateLimitedLogger(sink, now::get);
        RateLimitedLogger hostile = all.ofOne();
        for (int i = 0; i < 1_000; i++) hostile.warn("port x is gone");
        assertEquals(RateLimitedLogger.BURST_OF_ONE, lines.list.size());
        all.ofOne().warn("port y is gone");
        assertEquals("port y is gone", lines.list.getLast().getFormattedMessage());
        now.addAndGet(10_000_000_000L);
        hostile.warn("port x is gone");
        assertEquals(
                "port x is gone (995 similar lines omitted)",
                lines.list.getLast().getFormattedMessage());
    }
}
