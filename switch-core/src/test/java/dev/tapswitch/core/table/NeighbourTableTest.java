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
    void aLearnedEntryIsFound() {
        assertTrue(table.learn(HI, 1, 0, 42, 3, 0, NOW, AGEING));
        assertEquals(42, table.lookup(HI, 1, 0, NOW, AGEING));
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 1, 7, NOW, AGEING));
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 2, 0, NOW, AGEING));
    }

    @Test
    void anAddressMayChangeItsMac() {
        table.learn(HI, 1, 0, 42, 3, 0, NOW, AGEING);
        table.learn(HI, 1, 0, 43, 4, 0, NOW, AGEING);
        assertEquals(43, table.lookup(HI, 1, 0, NOW, AGEING));
        assertEquals(1, table.size());
    }

    @Test
    void aStaticNeighbourIsNeverOverwrittenAndNeverAges() {
        table.learn(HI, 1, 0, 42, 3, 0, NOW, AGEING);
        assertTrue(table.addStatic(HI, 1, 0, 99, NOW));
        assertFalse(table.learn(HI, 1, 0, 42, 3, 0, NOW, AGEING));
        assertEquals(0, table.age(NOW + 10 * AGEING, AGEING));
        assertEquals(99, table.lookup(HI, 1, 0, NOW + 10 * AGEING, AGEING));
        assertTrue(table.remove(HI, 1, 0));
        assertEquals(0, table.size());
    }

    @Test
    void entriesAgeAndAreRemovedWithTheirPort() {
        table.learn(HI, 1, 0, 42, 3, 0, NOW, AGEING);
        table.learn(HI, 2, 0, 43, 4, 0, NOW + 1000, AGEING);
        assertEquals(NeighbourTable.MISS, table.lookup(HI, 1, 0, NOW + AGEING + 500, AGEING));
        assertEquals(1, table.age(NOW + AGEING + 500, AGEING));
        assertEquals(1, table.flushPort(4));
        assertEquals(0, table.size());
    }

    @Test
    void aPortThatFillsTheTableLosesItsOwnOldestEntries() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 0; i < 10; i++) small.learn(HI, i, 0, i, 2, 0, NOW, AGEING);
        for (int i = 100; i < 5_000; i++) small.learn(HI, i, 0, i, 1, 0, NOW + i, AGEING);
        assertEquals(10, small.size(2), "the modest port keeps all its entries");
        assertEquals(64, small.size());
        long now = NOW + 5_000;
        long[] sum = new long[1];
        small.forEach(0, 1 << 25, now, (hi, lo, vlan, mac, port, isStatic, ageMs) -> sum[0] += port == 1 ? lo : 0);
        assertTrue(sum[0] / 54 > 4_000, "the greedy port keeps its newest entries");
    }

    @Test
    void newEntriesOfAModestPortAreLearnedInATableThatAnotherPortHasFilled() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 100; i < 5_000; i++) small.learn(HI, i, 0, i, 1, 0, NOW, AGEING);
        for (int i = 0; i < 30; i++) {
            assertTrue(small.learn(HI, i, 0, i, 2, 0, NOW, AGEING));
            assertEquals(i, small.lookup(HI, i, 0, NOW, AGEING));
        }
        assertEquals(30, small.size(2));
        assertEquals(64, small.size());
    }

    @Test
    void portsWithTheSameNumberOfEntriesDoNotEvictEntriesOfEachOther() {
        NeighbourTable small = new NeighbourTable(64);
        for (int port = 0; port < 4; port++)
            for (int i = 0; i < 16; i++) small.learn(HI, port * 100 + i, 0, i, port, 0, NOW, AGEING);
        for (int i = 1_000; i < 3_000; i++) small.learn(HI, i, 0, i, i % 4, 0, NOW, AGEING);
        for (int port = 0; port < 4; port++) assertTrue(Math.abs(small.size(port) - 16) <= 2);
        assertEquals(64, small.size());
    }

    @Test
    void aPortNeverHasMoreThanItsLimit() {
        for (int i = 0; i < 500; i++) table.learn(HI, i, 0, i, 1, 20, NOW, AGEING);
        table.learn(HI, 1_000, 0, 1, 2, 20, NOW, AGEING);
        assertEquals(20, table.size(1));
        assertEquals(1, table.size(2));
    }

    @Test
    void staticNeighboursHaveSeparateSpace() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 100; i < 5_000; i++) small.learn(HI, i, 0, i, 1, 0, NOW, AGEING);
        for (int i = 0; i < 40; i++) assertTrue(small.addStatic(HI, i, 0, i, NOW));
        for (int i = 100; i < 5_000; i++) small.learn(HI, i, 0, i, 1, 0, NOW, AGEING);
        for (int i = 0; i < 40; i++) assertEquals(i | NeighbourTable.BOUND, small.owner(HI, i, 0, NOW, AGEING));
        for (int i = 0; i < 40; i++) assertTrue(small.remove(HI, i, 0));
        assertEquals(small.size(1), small.size());
    }

    @Test
    void aStaticNeighbourIsRefreshedByItsOwnMac() {
        table.addStatic(HI, 1, 0, 99, NOW);
        assertFalse(table.isHeardSince(HI, 1, 0, 99, NOW + 5_000));
        assertFalse(table.learn(HI, 1, 0, 98, 3, 0, NOW + 5_000, AGEING));
        assertFalse(table.isHeardSince(HI, 1, 0, 99, NOW + 5_000));
        assertTrue(table.learn(HI, 1, 0, 99, 3, 0, NOW + 5_000, AGEING));
        assertTrue(table.isHeardSince(HI, 1, 0, 99, NOW + 5_000));
        assertEquals(0, table.flushPort(3));
        assertEquals(99, table.lookup(HI, 1, 0, NOW, AGEING));
    }

    @Test
    void expiredEntriesAreReplacedInAFullTable() {
        NeighbourTable small = new NeighbourTable(64);
        for (int i = 0; i < 500; i++) small.learn(HI, i, 0, i, 1, 0, NOW, AGEING);
        long later = NOW + 2 * AGEING;
        int full = small.size();
        for (int i = 1000; i < 1500; i++) small.learn(HI, i, 0, i, 1, 0, later, AGEING);
        assertEquals(full, small.size());
        int[] recent = new int[1];
        small.forEach(
                0, 1 << 25, later, (hi, lo, vlan, mac, port, isStatic, ageMs) -> recent[0] += ageMs < AGEING ? 1 : 0);
        assertTrue(recent[0] > full * 3 / 4, () -> recent[0] + " of " + full + " slots hold new neighbours");
        small.age(later, AGEING);
        assertEquals(recent[0], small.size());
    }

    /** Each MAC contains its address, so that a mixture is recognised. */
    @Test
    void noReaderSeesPartsOfTwoEntries() throws InterruptedException {
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
                            else shared.learn(HI, address, 0, address << 8 | random.nextInt(4), 1, 0, NOW, AGEING);
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
