package dev.tapswitch.core.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Tests which entries a full MAC table evicts. */
class MacTableFairnessTest {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final int GREEDY = 1;
    /** The MACs of a port contain its number in the upper bits. */
    private static final long MAC = 0x0200_0000_0000L;

    @Test
    void aGreedyPortLosesItsOwnOldestEntriesFirst() {
        MacTable table = new MacTable(1_024);
        flood(table, 1_024, NOW);
        for (int i = 1_024; i < 4_096; i++) learn(table, GREEDY, i, NOW + 1_000);
        int old = 0;
        for (int i = 0; i < 1_024; i++) if (isKnown(table, GREEDY, i)) old++;
        int recent = 0;
        for (int i = 4_096 - 512; i < 4_096; i++) if (isKnown(table, GREEDY, i)) recent++;
        assertTrue(old < 10, old + " of the oldest are left");
        assertTrue(recent > 350, recent + " of the last 512 are stored");
        assertTrue(table.size() <= 1_024, table.size() + " of 1024");
    }

    @Test
    void afterAMacFloodFromOnePortNewEntriesOfOthersAreLearnedAtOnceAndStay() {
        MacTable table = new MacTable(65_536);
        for (int port = 2; port < 102; port++) learn(table, port, 0, NOW);
        flood(table, 70_000, NOW);
        for (int port = 102; port < 602; port++) {
            assertEquals(MacTable.LEARNED, learn(table, port, 0, NOW), "port " + port);
        }
        flood(table, 140_000, NOW);
        for (int port = 2; port < 602; port++) assertTrue(isKnown(table, port, 0), "port " + port);
        assertTrue(table.size() <= 65_536, table.size() + " entries");
    }

    @Test
    void staticAndDynamicEntriesHaveSeparateSpace() {
        MacTable table = new MacTable(64);
        flood(table, 1_000, NOW);
        int added = 0;
        for (int i = 0; i < 64; i++) if (table.addStatic(mac(2, i), 0, 2, NOW)) added++;
        // In a table this small, a few static entries find both their buckets full of static entries.
        assertTrue(added > 56, added + " static entries");
        for (int i = 64; i < 1_000; i++) assertFalse(added == 64 && table.addStatic(mac(2, i), 0, 2, NOW));
        flood(table, 2_000, NOW);
        int found = 0;
        for (int i = 0; i < 64; i++) if (table.lookup(mac(2, i), 0, NOW, AGEING) == 2) found++;
        assertEquals(added, found, "static entries are never evicted");
        assertTrue(table.size(GREEDY) > 32, "dynamic: " + table.size(GREEDY));
    }

    @Test
    void expiredEntriesAreReplacedFirst() {
        MacTable table = new MacTable(64);
        flood(table, 64, NOW);
        int before = table.evictions(GREEDY);
        int learned = 0;
        for (int i = 0; i < 16; i++) {
            if (learn(table, 2, i, NOW + 2 * AGEING) == MacTable.LEARNED) learned++;
        }
        assertEquals(16, learned);
        assertEquals(before, table.evictions(GREEDY), "the replacement of an expired entry is not an eviction");
    }

    @Test
    void aConfiguredShareIsKeptEvenByThePortWithTheMostEntries() {
        MacTable table = new MacTable(1_024);
        table.setShare(2, 700);
        for (int i = 0; i < 600; i++) learn(table, 2, i, NOW);
        int before = table.size(2);
        flood(table, 5_000, NOW + 1_000);
        assertEquals(before, table.size(2));
        assertEquals(0, table.evictions(2));
        assertTrue(table.evictions(GREEDY) > 3_000, table.evictions(GREEDY) + " evictions");
        table.forgetPort(2);
        assertEquals(0, table.size(2));
        for (int i = 0; i < 600; i++) learn(table, 2, i, NOW);
        flood(table, 5_000, NOW + 2_000);
        assertTrue(table.size(2) >= 400, "the port keeps less than its fair share: " + table.size(2));
    }

    @Test
    void aMacThatIsBoundWithoutAVlanIsNotLearnedOnOtherPortsInAnyVlan() {
        MacTable table = new MacTable(64);
        assertEquals(MacTable.LEARNED, table.learn(MAC, 7, GREEDY, 0, NOW, AGEING));
        table.addStatic(MAC, 0, 2, NOW);
        assertEquals(MacTable.MISS, table.lookup(MAC, 7, NOW, AGEING), "the entry that was learned earlier is removed");
        assertEquals(MacTable.STATIC_ELSEWHERE, table.wouldLearn(MAC, 7, GREEDY, 0));
        assertEquals(MacTable.STATIC_ELSEWHERE, table.learn(MAC, 7, GREEDY, 0, NOW, AGEING));
        assertEquals(MacTable.LEARNED, table.learn(MAC, 7, 2, 0, NOW, AGEING));
        assertEquals(MacTable.STATIC_ELSEWHERE, table.learn(MAC, 7, GREEDY, 0, NOW, AGEING));
        assertEquals(2, table.lookup(MAC, 7, NOW, AGEING));
        table.addStatic(MAC, 8, GREEDY, NOW);
        assertEquals(MacTable.STATIC_HERE, table.learn(MAC, 8, GREEDY, 0, NOW, AGEING));
    }

    /** Whatever the ports learn, a port within its fair share loses no entry to another, counts are exact, and static entries stay. */
    @Property(tries = 300)
    void noPortWithinItsShareLosesAnEntryToAnother(
            @ForAll @Size(max = 400) List<@IntRange(min = 0, max = 1_000_000) Integer> steps) {
        MacTable table = new MacTable(64);
        long now = NOW;
        for (int i = 0; i < 8; i++) assertTrue(table.addStatic(mac(9, i), 0, 9, now));
        for (int step : steps) {
            // Ports 0 to 7; the higher the number, the greedier.
            int port = 31 - Integer.numberOfLeadingZeros(1 + step % 255);
            now += 128;
            int burst = 1 + port * port;
            for (int i = 0; i < burst; i++) assertFair(table, port, step / 255 % 64 * 50 + i, now);
        }
        for (int i = 0; i < 8; i++) assertEquals(9, table.lookup(mac(9, i), 0, now, AGEING));
        assertCountsAreExact(table);
    }

    private static void assertFair(MacTable table, int port, int number, long now) {
        int[] before = sizes(table);
        int outcome = learn(table, port, number, now);
        int[] after = sizes(table);
        int holders = 0;
        for (int other = 0; other < 8; other++) if (before[other] > 0 || other == port) holders++;
        for (int other = 0; other < 8; other++) {
            if (other == port || after[other] >= before[other]) continue;
            assertEquals(MacTable.LEARNED, outcome);
            assertTrue(before[other] > 64 / holders, () -> "a port within its share lost an entry");
            assertTrue(
                    before[other] > before[port], () -> "the entry was lost to a port with at least as many entries");
        }
        assertTrue(table.size() <= 64 + 8);
        if (outcome != MacTable.FULL) assertEquals(port, table.lookup(mac(port, number), 0, now, AGEING));
    }

    private static int[] sizes(MacTable table) {
        int[] sizes = new int[8];
        for (int port = 0; port < 8; port++) sizes[port] = table.size(port);
        return sizes;
    }

    @Test
    void manyThreadsInAFullTableLeaveCorrectCounts() throws InterruptedException {
        MacTable shared = new MacTable(256);
        for (int i = 0; i < 32; i++) shared.addStatic(mac(900, i), 0, 900, NOW);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 3; t++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                    .start(() -> hammer(shared)));
        }
        for (Thread thread : threads) thread.join(20_000);
        assertEquals(List.of(), failures);
        assertCountsAreExact(shared);
        // Each worker that learns concurrently may exceed the capacity by one.
        assertTrue(shared.size() <= 256 + 32 + 3, shared.size() + " entries");
        for (int i = 0; i < 32; i++) assertEquals(900, shared.lookup(mac(900, i), 0, NOW, AGEING));
    }

    private static void hammer(MacTable shared) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 200_000; i++) {
            int port = random.nextInt(4);
            int number = random.nextInt(200 << port);
            if (random.nextInt(50) == 0) shared.remove(mac(port, number), 0);
            else learn(shared, port, number, NOW + i % 1_000);
            int found = shared.lookup(mac(port, number), 0, NOW, AGEING);
            if (found != MacTable.MISS && found != port) throw new AssertionError(port + " found on " + found);
        }
    }

    private static void assertCountsAreExact(MacTable table) {
        Set<Long> seen = new HashSet<>();
        int[] perPort = new int[1_024];
        table.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> {
            assertTrue(seen.add(mac), "listed twice: " + mac);
            perPort[port]++;
        });
        assertEquals(seen.size(), table.size());
        for (int port = 0; port < perPort.length; port++) assertEquals(perPort[port], table.size(port), "port " + port);
    }

    private static void flood(MacTable table, int macs, long now) {
        for (int i = 0; i < macs; i++) assertNotEquals(MacTable.FULL, learn(table, GREEDY, i, now));
    }

    private static int learn(MacTable table, int port, int number, long now) {
        return table.learn(mac(port, number), 0, port, 0, now, AGEING);
    }

    private static boolean isKnown(MacTable table, int port, int number) {
        return table.lookup(mac(port, number), 0, NOW, AGEING) == port;
    }

    private static long mac(int port, int number) {
        return MAC | (long) port << 20 | number;
    }
}
