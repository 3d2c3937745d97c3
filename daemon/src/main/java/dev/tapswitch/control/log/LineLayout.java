package dev.tapswitch.control.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Formats an event as one line. On a terminal: time, level, message. Under systemd, detected by JOURNAL_STREAM: the priority prefix of sd-daemon(3) and
 * the message, because the journal records the time.
 */
public final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final ThrowableProxyConverter throwables = new ThrowableProxyConverter();
    private boolean journal = System.getenv("JOURNAL_STREAM") != null;

    /** Sets whether to write for the journal, regardless of the environment. Logback calls this for a setting in an XML file. */
    public void setJournal(boolean journal) {
        this.journal = journal;
    }

    @Override
    public void start() {
        throwables.start();
        super.start();
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        String text = Printable.text(event.getFormattedMessage());
        if (event.getThrowableProxy() != null)
            text += "\n" + throwables.convert(event).stripTrailing();
        if (journal) {
            // The journal stores each line as a separate entry, which needs a prefix.
            String prefix = "<" + priority(event.getLevel()) + ">";
            return prefix + text.replace("\n", "\n" + prefix) + "\n";
        }
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()))
                + String.format(Locale.ROOT, " %-5s ", event.getLevel())
                + text
                + "\n";
    }

    /** The priority, as in syslog(3). */
    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }
}
