package dev.tapswitch.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Searches the log of a daemon, as it grows, for stack traces and other signs of defects. */
final class LogScanner {
    private static final Pattern PROBLEM = Pattern.compile(
            "(?m)^.*(this is a bug|OutOfMemory|hs_err_pid|Exception in thread).*$(\\R.*$){0,12}|^\\s+at [\\w.$/]+\\(.*$");
    /** Characters that one process may log; an hour of actions logs less. */
    private static final int MAX_LENGTH = 4 << 20;

    /** The position up to which the log has been searched. */
    private int searched;

    /** Returns the problems in the part of the log that has been added since the last call. */
    List<String> problems(String log) {
        List<String> problems = new ArrayList<>();
        if (log.length() > MAX_LENGTH && searched <= MAX_LENGTH)
            problems.add("the log has " + log.length() + " characters");
        Matcher problem = PROBLEM.matcher(log);
        int from = Math.min(searched, log.length());
        if (problem.find(from)) problems.add("in the log: " + problem.group());
        searched = log.length();
        return problems;
    }

    /** Must be called when another process starts a new log. */
    void reset() {
        searched = 0;
    }
}
