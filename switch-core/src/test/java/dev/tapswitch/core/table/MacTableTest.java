package dev.tapswitch.core.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MacTableTest {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final long MAC = 0x0200_0000_0001L;

    private final MacTable table = new MacTable(1024);

    @Test
    void aLearnedEntryIsFound() {
        assertEquals(MacTable.LEARNED, table.learn(MAC, 5, 3, 0, NOW, AGEING));
        assertEquals(3, table.lookup(MAC, 5, NOW, AGEING));
        assertEquals(MacTable.MISS, table.lookup(MAC, 6, NOW, AGEING));
        assertEquals(MacTable.REFRESHED, table.learn(MAC, 5, 3, 0, NOW, AGEING));
        assertEquals(1, table.size());
    }

    @Test
    void aRefreshRestartsTheAgeingOfAnEntry() {
        table.learn(MAC, 0, 1, 0, NOW, AGEING);
        table.refresh(MAC, 0, 1, NOW + AGEING);
        assertEquals(1, table.lookup(MAC, 0, NOW + 2 * AGEING - 1_000, AGEING));
        table.refresh(MAC, 0, 1, NOW);
        assertEquals(1, table.lookup(MAC, 0, NOW + 2 * AGEING - 1_000, AGEING), "an older time changes nothing");
        assertEquals(MacTable.MISS, table.lookup(MAC, 0, NOW + 2 * AGEING + 1_000, AGEING));
    }

    @Test
    void aRefreshNeitherLearnsNorMovesAnEntry() {
        table.refresh(MAC, 0, 1, NOW);
        assertEquals(0, table.size());
        table.learn(MAC, 0, 1, 0, NOW, AGEING);
        table.refresh(MAC, 0, 2, NOW + AGEING);
        assertEquals(MacTable.MISS, table.lookup(MAC, 0, NOW + 2 * AGEING, AGEING));
        table.addStatic(MAC, 0, 1, NOW);
        table.refresh(MAC, 0, 1, NOW + AGEING);
        assertEquals(MacTable.STATIC_HERE, table.wouldLearn(MAC, 0, 1, 0));
    }

    @Test
    void anEntryMovesAndIsCountedOnItsNewPort() {
        table.learn(MAC, 0, 1, 0, NOW, AGEING);
        assertEquals(MacTable.MOVED, table.learn(MAC, 0, 2, 0, NOW, AGEING));
        assertEquals(2, table.lookup(MAC, 0, NOW, AGEING));
        assertEquals(0, table.size(1));
        assertEquals(1, table.size(2));
    }

    @Test
    void aStaticEntryReplacesADynamicOneAndStays() {
        table.learn(MAC, 0, 1, 0, NOW, AGEING);
        assertTrue(table.addStatic(MAC, 0, 2, NOW));
        assertEquals(MacTable.STATIC_ELSEWHERE, table.learn(MAC, 0, 1, 0, NOW, AGEING));
        assertEquals(MacTable.STATIC_HERE, table.learn(MAC, 0, 2, 0, NOW, AGEING));
        assertEquals(0, table.age(NOW + 10 * AGEING, AGEING));
        assertEquals(0, table.flushDynamic());
        assertEquals(2, table.lookup(MAC, 0, NOW + 10 * AGEING, AGEING));
        assertTrue(table.remove(MAC, 0));
        assertEquals(0, table.size());
    }

    @Test
    void aPortLearnsNoMoreThanItsLimit() {
        assertEquals(MacTable.LEARNED, table.learn(MAC, 0, 1, 1, NOW, AGEING));
        assertEquals(MacTable.PORT_LIMIT, table.learn(MAC + 1, 0, 1, 1, NOW, AGEING));
        table.learn(MAC + 2, 0, 2, 0, NOW, AGEING);
        assertEquals(MacTable.PORT_LIMIT, table.learn(MAC + 2, 0, 1, 1, NOW, AGEING));
    }

    @Test
    void atItsCapacityNearlyEveryEntryIsStored() {
        MacTable large = new MacTable(65_536);
        int learned = 0;
        for (int i = 0; i < 65_536; i++) {
            if (large.learn(MAC + i * 7L, 0, 1, 0, NOW, AGEING) == MacTable.LEARNED) learned++;
        }
        assertTrue(learned > 65_000, learned + " of 65536");
    }

    @Test
    void aFlushRemovesTheSelectedEntriesOnly() {
        table.learn(MAC, 1, 1, 0, NOW, AGEING);
        table.learn(MAC + 1, 2, 1, 0, NOW, AGEING);
        table.learn(MAC + 2, 2, 2, 0, NOW, AGEING);
        table.addStatic(MAC + 3, 2, 1, NOW);
        assertEquals(2, table.flushVlan(2));
        assertEquals(1, table.flushPort(1, false));
        assertEquals(1, table.flushPort(1, true));
        assertEquals(0, table.size());
    }

    /** Compares the table with an unbounded map: with space for all entries, both have the same content after any steps. */
    @Property(tries = 500)
    void theTableAgreesWithAMap(@ForAll @Size(max = 200) List<@IntRange(min = 0, max = 1_000_000) Integer> steps) {
        record Entry(int port, long heardMs) {}
        Map<Long, Entry> model = new HashMap<>();
        MacTable tested = new MacTable(4096);
        long now = NOW;
        for (int step : steps) {
            long mac = MAC + step / 16 % 20;
            int port = step / 512 % 4;
            switch (step % 16) {
                case 0 -> assertEquals(model.remove(mac) != null, tested.remove(mac, 0));
                case 1 -> {
                    tested.flushPort(port, true);
                    model.values().removeIf(entry -> entry.port() == port);
                }
                case 2 -> {
                    // The step is a multiple of a tick, so that the model does not need to round.
                    now += 128_000;
                    long cutoff = now - AGEING;
                    assertEquals(
                            model.values().stream()
                                    .filter(e -> e.heardMs() < cutoff)
                                    .count(),
                            tested.age(now, AGEING));
                    model.values().removeIf(entry -> entry.heardMs() < cutoff);
                }
                default -> {
                    tested.learn(mac, 0, port, 0, now, AGEING);
                    model.put(mac, new Entry(port, now));
                }
            }
            for (long m = MAC; m < MAC + 20; m++) {
                Entry expected = model.get(m);
                assertEquals(expected == null ? MacTable.MISS : expected.port(), tested.lookup(m, 0, now, AGEING));
            }
            assertEquals(model.size(), tested.size());
        }
    }

    /** Each MAC is learned on two ports that no other MAC uses, so that a wrong port is recognised. */
    @Test
    void manyThreadsLeaveNoDuplicatesNoWrongPortsAndCorrectCounts() throws InterruptedException {
        MacTable shared = new MacTable(256);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 3; t++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                    .start(() -> hammer(shared)));
        }
        for (Thread thread : threads) thread.join(20_000);
        assertEquals(List.of(), failures);
        Set<Long> seen = new HashSet<>();
        int[] perPort = new int[1024];
        shared.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> {
            assertTrue(seen.add(mac), "listed twice: " + mac);
            perPort[port]++;
        });
        assertEquals(seen.size(), shared.size());
        for (int port = 0; port < perPort.length; port++)
            assertEquals(perPort[port], shared.size(port), "port " + port);
    }

    private static void hammer(MacTable shared) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < 300_000; i++) {
            int which = random.nextInt(300);
            int port = which * 2 + random.nextInt(2);
            switch (random.nextInt(20)) {
                case 0 -> shared.remove(MAC + which, 0);
                case 1 -> shared.flushPort(port, false);
                case 2 -> shared.age(NOW + random.nextInt(400_000), AGEING);
                default -> shared.learn(MAC + which, 0, port, 0, NOW + i % 1000, AGEING);
            }
            int found = shared.lookup(MAC + which, 0, NOW, AGEING);
            if (found != MacTable.MISS && found / 2 != which) throw new AssertionError(which + " found on " + found);
        }
    }
}
