package dev.tapswitch.dataplane.poll;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tests use seconds instead of microseconds, so that they pass on slow machines. */
class BusyPollTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final BusyPoll busyPoll = new BusyPoll(100 * SECOND);
    private long nowNanos = System.nanoTime() - 10_000 * SECOND;

    private void frames(int count, long gapSeconds) {
        for (int i = 0; i < count; i++) {
            nowNanos += gapSeconds * SECOND;
            busyPoll.frameAt(nowNanos);
        }
    }

    /** Records {@code count} frames with these gaps, the last of which arrives now. */
    private void untilNow(int count, long gapSeconds) {
        nowNanos = System.nanoTime() - count * gapSeconds * SECOND;
        busyPoll.frameAt(nowNanos);
        frames(count, gapSeconds);
    }

    @Test
    void itPollsWhileFramesArriveInQuickSuccession() {
        assertFalse(busyPoll.isOn());
        untilNow(20, 10);
        assertTrue(busyPoll.isOn());
    }

    @Test
    void itStopsPollingWhenPollingWouldHaveFoundNothing() {
        untilNow(20, 10);
        untilNow(20, 200);
        assertFalse(busyPoll.isOn());
    }

    @Test
    void aLongGapAmongShortOnesDoesNotStopPolling() {
        frames(20, 10);
        frames(1, 200);
        nowNanos = System.nanoTime() - 10 * SECOND;
        busyPoll.frameAt(nowNanos);
        frames(1, 10);
        assertTrue(busyPoll.isOn());
    }

    @Test
    void itStopsPollingWhenNoMoreFramesArrive() {
        untilNow(20, 10);
        nowNanos = System.nanoTime() - 120 * SECOND;
        frames(1, 1);
        assertFalse(busyPoll.isOn());
    }

    @Test
    void itPausesWhenOtherThreadsNeedTheCpuAndTheNextPauseIsLonger() {
        untilNow(20, 10);
        busyPoll.pauseAt(nowNanos);
        assertFalse(isOnAfter(9));
        assertTrue(isOnAfter(2));
        busyPoll.pauseAt(nowNanos);
        assertFalse(isOnAfter(19));
        assertTrue(isOnAfter(2));
        assertTrue(isOnAfter(1_000));
        busyPoll.pauseAt(nowNanos);
        assertFalse(isOnAfter(9));
        assertTrue(isOnAfter(2));
    }

    private boolean isOnAfter(long ms) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(ms);
        busyPoll.frameAt(nowNanos);
        return busyPoll.isOn();
    }

    @Test
    void aTimeOfZeroMeansNoPolling() {
        var none = new BusyPoll(0);
        for (int i = 0; i < 20; i++) none.frameAt(System.nanoTime());
        assertFalse(none.isOn());
    }
}
