package dev.tapswitch.core.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class NeighbourTableTest {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final long HI = 0xFD00L << 48;

    private final NeighbourTable table = new NeighbourTable(256);

    @Test
    void whatWasLearnedIsFound() {
        assertTrue(table.learn(HI, 1, 0, 42, 3, NOW, AGEING));
        assertEquals(42, table.lookup(HI, 1, 0, NOW, AGEING));
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 1, 7, NOW, AGEING));
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 2, 0, NOW, AGEING));
    }

    @Test
    void anAddressThatChangesItsMacIsFollowed() {
        table.learn(HI, 1, 0, 42, 3, NOW, AGEING);
        table.learn(HI, 1, 0, 43, 4, NOW, AGEING);
        assertEquals(43, table.lookup(HI, 1, 0, NOW, AGEING));
        assertEquals(1, table.size());
    }

    @Test
    void aStaticNeighbourIsNeverOverwrittenAndNeverAges() {
        table.learn(HI, 1, 0, 42, 3, NOW, AGEING);
        assertTrue(table.addStatic(HI, 1, 0, 99, NOW));
        assertFalse(table.learn(HI, 1, 0, 42, 3, NOW, AGEING));
        assertEquals(0, table.age(NOW + 10 * AGEING, AGEING));
        assertEquals(99, table.lookup(HI, 1, 0, NOW + 10 * AGEING, AGEING));
        assertTrue(table.remove(HI, 1, 0));
        assertEquals(0, table.size());
    }

    @Test
    void entriesAgeAndGoWithTheirPort() {
        table.learn(HI, 1, 0, 42, 3, NOW, AGEING);
        table.learn(HI, 2, 0, 43, 4, NOW + 1000, AGEING);
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 1, 0, NOW + AGEING + 500, AGEING));
        assertEquals(1, table.age(NOW + AGEING + 500, AGEING));
        assertEquals(1, table.flushPort(4));
        assertEquals(0, table.size());
    }

    @Test
    void aFullTableCountsWhatItCouldNotLearn() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 0; i < 500; i++) small.learn(HI, i, 0, i, 1, NOW, AGEING);
        assertTrue(small.size() <= 64);
        assertEquals(500 - small.size(), small.overflows());
    }

    @Test
    void theExpiredMakeRoomInAFullTable() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 0; i < 500; i++) small.learn(HI, i, 0, i, 1, NOW, AGEING);
        long later = NOW + 2 * AGEING;
        int full = small.size();
        for (int i = 1000; i < 1500; i++) small.learn(HI, i, 0, i, 1, later, AGEING);
        assertEquals(full, small.size());
        int[] young = new int[1];
        small.forEach(later, (hi, lo, vlan, mac, port, isStatic, ageMs) -> young[0] += ageMs < AGEING ? 1 : 0);
        assertTrue(young[0] > full * 3 / 4, () -> young[0] + " of " + full + " places went to new neighbours");
        small.age(later, AGEING);
        assertEquals(young[0], small.size());
    }

    /** The MAC says which address it belongs to: a mixture would show. */
    @Test
    void noReaderSeesHalfOfAnEntry() throws InterruptedException {
        NeighbourTable shared = new NeighbourTable(64);
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                    .start(() -> {
                        ThreadLocalRandom random = ThreadLocalRandom.current();
                        for (int i = 0; i < 300_000; i++) {
                            long address = random.nextInt(100);
                            if (random.nextInt(10) == 0) shared.remove(HI, address, 0);
                            else shared.learn(HI, address, 0, address << 8 | random.nextInt(4), 1, NOW, AGEING);
                            long mac = shared.lookup(HI, address, 0, NOW, AGEING);
                            if (mac != NeighbourTable.MISS && mac >> 8 != address)
                                throw new AssertionError(address + " has " + mac);
                        }
                    }));
        }
        for (Thread thread : threads) thread.join(20_000);
        assertEquals(List.of(), failures);
    }
}
