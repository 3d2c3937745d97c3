package dev.tapswitch.core.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MacFeedTest {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final long MAC = 0x0200_0000_0001L;

    private final MacTable table = new MacTable(64);
    private final AtomicInteger wakeUps = new AtomicInteger();

    @Test
    void aFeedStartsWithAResync() {
        learn(1);
        MacFeed feed = open(16);
        learn(2);
        assertEquals(MacEvent.RESYNC, feed.poll().event());
        assertNull(feed.poll());
    }

    @Test
    void everyChangeIsReportedWithItsPort() {
        MacFeed feed = openAndResync(16);
        table.learn(MAC, 5, 1, 0, NOW, AGEING);
        assertEquals(new MacChange(MacEvent.LEARNED, MAC, 5, 1, 1, false), feed.poll());
        table.learn(MAC, 5, 2, 0, NOW, AGEING);
        assertEquals(new MacChange(MacEvent.MOVED, MAC, 5, 2, 2, false), feed.poll());
        table.learn(MAC, 5, 2, 0, NOW + 1_000, AGEING);
        assertNull(feed.poll());
        table.age(NOW + 2 * AGEING, AGEING);
        assertEquals(new MacChange(MacEvent.AGED, MAC, 5, 2, MacTable.MISS, false), feed.poll());
        table.learn(MAC, 5, 3, 0, NOW, AGEING);
        feed.poll();
        table.flushPort(3, false);
        assertEquals(new MacChange(MacEvent.FLUSHED, MAC, 5, 3, MacTable.MISS, false), feed.poll());
        table.addStatic(MAC, 5, 4, NOW);
        assertEquals(new MacChange(MacEvent.ADDED, MAC, 5, 4, 4, true), feed.poll());
        table.remove(MAC, 5);
        assertEquals(new MacChange(MacEvent.REMOVED, MAC, 5, 4, MacTable.MISS, false), feed.poll());
        assertNull(feed.poll());
    }

    @Test
    void aStaticEntryThatReplacesALearnedOneIsReportedAsARemovalAndAnAddition() {
        MacFeed feed = openAndResync(16);
        learn(1);
        table.addStatic(MAC, 0, 2, NOW);
        assertEquals(MacEvent.LEARNED, feed.poll().event());
        assertEquals(new MacChange(MacEvent.REMOVED, MAC, 0, 1, 2, true), feed.poll());
        assertEquals(new MacChange(MacEvent.ADDED, MAC, 0, 2, 2, true), feed.poll());
    }

    @Test
    void anEvictedEntryIsReported() {
        MacTable small = new MacTable(1);
        small.learn(MAC, 0, 1, 0, NOW, AGEING);
        MacFeed feed = small.subscribe(16, () -> {});
        feed.poll();
        assertEquals(MacTable.LEARNED, small.learn(MAC + 1, 0, 1, 0, NOW, AGEING));
        assertEquals(new MacChange(MacEvent.EVICTED, MAC, 0, 1, MacTable.MISS, false), feed.poll());
        assertEquals(new MacChange(MacEvent.LEARNED, MAC + 1, 0, 1, 1, false), feed.poll());
    }

    @Test
    void aSupersededChangeContainsTheCurrentEntry() {
        MacFeed feed = openAndResync(16);
        learn(1);
        learn(2);
        assertEquals(new MacChange(MacEvent.LEARNED, MAC, 0, 1, 2, false), feed.poll());
        assertTrue(feed.poll().isPresent());
    }

    @Test
    void anOverflowCausesOneResyncAndDiscardsTheQueue() {
        MacFeed feed = openAndResync(4);
        for (int port = 1; port <= 5; port++) learn(port);
        assertEquals(MacEvent.RESYNC, feed.poll().event());
        assertNull(feed.poll());
        learn(6);
        assertEquals(new MacChange(MacEvent.MOVED, MAC, 0, 6, 6, false), feed.poll());
    }

    @Test
    void aFullQueueLosesNothing() {
        MacFeed feed = openAndResync(4);
        for (int round = 0; round < 3; round++) {
            for (int port = 1; port <= 4; port++) learn(port);
            for (int port = 1; port <= 4; port++) assertEquals(port, feed.poll().eventPort());
            assertNull(feed.poll());
            table.remove(MAC, 0);
            assertEquals(MacEvent.REMOVED, feed.poll().event());
        }
    }

    @Test
    void anArmedReaderIsWokenOnce() {
        MacFeed feed = openAndResync(16);
        learn(1);
        assertFalse(feed.arm());
        feed.poll();
        assertTrue(feed.arm());
        assertEquals(0, wakeUps.get());
        learn(2);
        learn(3);
        assertEquals(1, wakeUps.get());
    }

    @Test
    void eachFeedReportsAllChangesUntilItIsClosed() {
        MacFeed first = openAndResync(16);
        MacFeed second = openAndResync(16);
        learn(1);
        assertEquals(MacEvent.LEARNED, first.poll().event());
        assertEquals(MacEvent.LEARNED, second.poll().event());
        first.close();
        learn(2);
        assertNull(first.poll());
        assertEquals(MacEvent.MOVED, second.poll().event());
    }

    @Test
    void aCapacityThatIsNoPowerOfTwoIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> open(3));
        assertThrows(IllegalArgumentException.class, () -> open(1));
    }

    /** A reader that polls occasionally, so that its queue overflows, ends with the table's content. */
    @Property(tries = 500)
    void aMirrorEndsWithTheTablesContent(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 1_000_000) Integer> steps) {
        MacTable tested = new MacTable(16);
        Mirror mirror = new Mirror(tested, 8);
        long now = NOW;
        for (int step : steps) {
            if (step % 16 == 2) now += 128_000;
            if (step % 16 == 4) mirror.read(3);
            else change(tested, step, now);
        }
        mirror.read(Integer.MAX_VALUE);
        assertEquals(contentOf(tested), mirror.entries);
    }

    /** If the queue does not overflow and one thread writes, a reader that replays the events has the table's content. */
    @Property(tries = 500)
    void theEventsAloneReproduceTheContent(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 1_000_000) Integer> steps) {
        MacTable tested = new MacTable(16);
        MacFeed feed = tested.subscribe(4_096, () -> {});
        assertEquals(MacEvent.RESYNC, feed.poll().event());
        long now = NOW;
        for (int step : steps) {
            if (step % 16 == 2) now += 128_000;
            change(tested, step, now);
        }
        Map<Key, Entry> replayed = new HashMap<>();
        for (MacChange change = feed.poll(); change != null; change = feed.poll()) {
            Key key = new Key(change.mac(), change.vlan());
            switch (change.event()) {
                case LEARNED, ADDED ->
                    assertNull(replayed.put(key, new Entry(change.eventPort(), change.event() == MacEvent.ADDED)));
                case MOVED -> assertFalse(replayed.put(key, new Entry(change.eventPort(), false)).isStatic);
                case AGED, EVICTED, REMOVED, FLUSHED -> assertEquals(change.eventPort(), replayed.remove(key).port);
                case RESYNC -> throw new AssertionError("a resync although the queue did not overflow");
            }
        }
        assertEquals(contentOf(tested), replayed);
    }

    /** Many threads change the same few entries; the reader's queue overflows all the time. */
    @Test
    void aMirrorOfATableThatManyThreadsChangeEndsWithItsContent() throws InterruptedException {
        MacTable shared = new MacTable(32);
        Mirror mirror = new Mirror(shared, 16);
        // On a busy machine the reader may not run between two overflows of the queue, or may never fall behind.
        for (int round = 0; round < 50 && (mirror.resyncs < 2 || mirror.changes < 2); round++) {
            changeWhileRead(shared, mirror);
            mirror.read(Integer.MAX_VALUE);
            assertEquals(contentOf(shared), mirror.entries);
        }
        assertTrue(mirror.resyncs > 1, "the queue never overflowed");
        assertTrue(mirror.changes > 1, "the reader received only resyncs");
    }

    private static void changeWhileRead(MacTable shared, Mirror mirror) throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread reader = start(failures, () -> {
            while (!isOver.get()) mirror.read(Integer.MAX_VALUE);
        });
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) writers.add(start(failures, () -> hammer(shared)));
        for (Thread writer : writers) writer.join(30_000);
        isOver.set(true);
        reader.join(10_000);
        assertEquals(List.of(), failures);
        assertFalse(reader.isAlive());
    }

    private static Thread start(List<Throwable> failures, Runnable task) {
        return Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                .start(task);
    }

    private static void hammer(MacTable shared) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 100_000; i++) change(shared, random.nextInt(1_000_000), NOW + i % 400_000);
    }

    private static void change(MacTable table, int step, long now) {
        long mac = MAC + step / 16 % 20;
        int port = step / 512 % 4;
        int vlan = step / 4_096 % 2;
        switch (step % 16) {
            case 0 -> table.remove(mac, vlan);
            case 1 -> table.flushPort(port, step % 3 == 0);
            case 2 -> table.age(now, AGEING);
            case 3 -> table.addStatic(mac, vlan, port, now);
            default -> table.learn(mac, vlan, port, 0, now, AGEING);
        }
    }

    private void learn(int port) {
        table.learn(MAC, 0, port, 0, NOW, AGEING);
    }

    private MacFeed open(int capacity) {
        return table.subscribe(capacity, wakeUps::incrementAndGet);
    }

    private MacFeed openAndResync(int capacity) {
        MacFeed feed = open(capacity);
        assertEquals(MacEvent.RESYNC, feed.poll().event());
        return feed;
    }

    private static Map<Key, Entry> contentOf(MacTable table) {
        Map<Key, Entry> content = new HashMap<>();
        table.forEach(
                0,
                Integer.MAX_VALUE,
                NOW,
                (mac, vlan, port, isStatic, ageMs) -> content.put(new Key(mac, vlan), new Entry(port, isStatic)));
        return content;
    }

    private record Key(long mac, int vlan) {}

    private record Entry(int port, boolean isStatic) {}

    /** Keeps a copy of a table, as a reader of its feed does. */
    private static final class Mirror {
        private final MacTable table;
        private final MacFeed feed;
        private final Map<Key, Entry> entries = new HashMap<>();
        private int resyncs;
        private int changes;

        Mirror(MacTable table, int capacity) {
            this.table = table;
            this.feed = table.subscribe(capacity, () -> {});
        }

        void read(int max) {
            for (int i = 0; i < max; i++) {
                MacChange change = feed.poll();
                if (change == null) return;
                Key key = new Key(change.mac(), change.vlan());
                if (change.event() == MacEvent.RESYNC) {
                    resyncs++;
                    entries.clear();
                    entries.putAll(contentOf(table));
                } else {
                    changes++;
                    if (change.isPresent()) entries.put(key, new Entry(change.port(), change.isStatic()));
                    else entries.remove(key);
                }
            }
        }
    }
}
