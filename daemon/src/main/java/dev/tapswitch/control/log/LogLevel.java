package dev.tapswitch.control.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** How much of our own is logged; libraries stay at warnings. */
public final class LogLevel {
    private LogLevel() {}

    /** {@code level}: TRACE, DEBUG, INFO, WARN or ERROR. */
    public static void set(String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Logger ours = context.getLogger("dev.tapswitch");
            ours.setLevel(Level.toLevel(level));
        }
    }
}
