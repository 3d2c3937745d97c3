package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The output of ping without {@code -q}. */
public final class PingReport {
    private static final Pattern REPLY = Pattern.compile("icmp_seq=(\\d+) ttl");
    private static final Pattern COUNTS = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    private PingReport() {}

    /**
     * Asserts that every request was answered, except perhaps the last: when ping ends, the last reply may still be on its way, and after its first reply ping waits for
     * the last one only for a multiple of the usual round trip, whatever {@code -W} says.
     */
    public static void assertNoneLost(String output) {
        Set<Integer> replies = REPLY.matcher(output)
                .results()
                .map(reply -> Integer.parseInt(reply.group(1)))
                .collect(Collectors.toSet());
        Matcher counts = COUNTS.matcher(output);
        assertTrue(counts.find(), output);
        int sent = Integer.parseInt(counts.group(1));
        int last = replies.stream().mapToInt(sequence -> sequence).max().orElse(0);
        assertEquals(last, replies.size(), () -> "a reply is missing:\n" + output);
        assertTrue(sent - last <= 1, output);
    }
}
