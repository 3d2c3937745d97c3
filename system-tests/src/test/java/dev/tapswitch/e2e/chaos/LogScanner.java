package dev.tapswitch.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks through a daemon's log, as it grows, for what must never be there. */
final class LogScanner {
    private static final Pattern PROBLEM = Pattern.compile(
            "(?m)^.*(this is a bug|OutOfMemory|hs_err_pid|Exception in thread).*$(\\R.*$){0,12}|^\\s+at [\\w.$/]+\\(.*$");
    /** Characters of one process's life; an hour of actions logs less. */
    private static final int MAX_LENGTH = 4 << 20;

    /** What is before was looked through. */
    private int read;

    /** What is new and wrong in the log of the process that runs. */
    List<String> problems(String log) {
        List<String> problems = new ArrayList<>();
        if (log.length() > MAX_LENGTH && read <= MAX_LENGTH) problems.add("a log of " + log.length() + " characters");
        Matcher problem = PROBLEM.matcher(log);
        int from = Math.min(read, log.length());
        if (problem.find(from)) problems.add("in the log: " + problem.group());
        read = log.length();
        return problems;
    }

    /** Another process writes a log from its beginning. */
    void isFresh() {
        read = 0;
    }
}
