package dev.tapswitch.control.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The level of Tapswitch's own messages; libraries log warnings and errors only. */
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
