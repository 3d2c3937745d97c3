package dev.tapswitch.linux.tap;

import static dev.tapswitch.linux.tap.Specs.tap;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cost of creating a TAP does not depend on how many exist. */
@Timeout(400)
class ManyTapsIT {
    private static final int COUNT = Integer.getInteger("tapswitch.taps", 200);
    private static final long LIMIT_MS = 20;

    @Test
    void aTapIsCreatedInLessThanTwentyMillisecondsHoweverManyExist() throws Exception {
        List<TapDevice> devices = new ArrayList<>();
        try (NetnsFixture netns = new NetnsFixture()) {
            long[] micros = new long[COUNT];
            for (int i = 0; i < COUNT; i++) {
                Specs spec = tap("t" + i, netns.namespace())
                        .addresses(
                                "198.18." + i / 250 + "." + (i % 250 + 1) + "/15",
                                "fd00::" + Integer.toHexString(i + 1) + "/64");
                long start = System.nanoTime();
                devices.add(spec.open());
                micros[i] = (System.nanoTime() - start) / 1_000;
            }
            int tail = COUNT / 10;
            long first = median(micros, 0, tail);
            long last = median(micros, COUNT - tail, COUNT);
            System.out.printf(
                    "%d TAPs: the first %d take %d us each, the last %d take %d us%n", COUNT, tail, first, tail, last);
            assertTrue(last < LIMIT_MS * 1_000, "one more TAP takes " + last + " us");
        } finally {
            devices.forEach(TapDevice::close);
        }
    }

    private static long median(long[] values, int from, int to) {
        long[] range = Arrays.copyOfRange(values, from, to);
        Arrays.sort(range);
        return range[range.length / 2];
    }
}
