package dev.tapswitch.core.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The guarantees of the MAC table for concurrent threads. The tables are so small that they have two buckets, so that threads use the same slots. */
public final class MacTableStress {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final long MAC = 0x0200_0000_0001L;
    private static final long OTHER = 0x0200_0000_0002L;

    private MacTableStress() {}

    /** A reader sees a complete entry or none. */
    @JCStressTest
    @Outcome(id = {"-1", "7"}, expect = Expect.ACCEPTABLE, desc = "no entry yet, or its port")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a port that was never learned")
    @State
    public static class Publish {
        private final MacTable table = new MacTable(1);

        @Actor
        public void learn() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void lookup(I_Result r) {
            r.r1 = table.lookup(MAC, 0, NOW, AGEING);
        }
    }

    /** Two workers that learn the same new MAC leave one entry, counted once. */
    @JCStressTest
    @Outcome(id = {"1, 7", "1, 8"}, expect = Expect.ACCEPTABLE, desc = "one entry, one of the two ports")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two entries, or none")
    @State
    public static class LearnTwice {
        private final MacTable table = new MacTable(8);

        @Actor
        public void first() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void second() {
            table.learn(MAC, 0, 8, 0, NOW, AGEING);
        }

        @Arbiter
        public void count(II_Result r) {
            int[] entries = new int[1];
            table.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> entries[0]++);
            boolean counted = table.size() == entries[0] && table.size(7) + table.size(8) == entries[0];
            r.r1 = counted ? entries[0] : -1;
            r.r2 = table.lookup(MAC, 0, NOW, AGEING);
        }
    }

    /** An entry that moves is on its old port or on its new one. */
    @JCStressTest
    @Outcome(id = {"7", "8"}, expect = Expect.ACCEPTABLE, desc = "old or new")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or on another port")
    @State
    public static class Move {
        private final MacTable table = new MacTable(8);

        public Move() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void move() {
            table.learn(MAC, 0, 8, 0, NOW, AGEING);
        }

        @Actor
        public void lookup(I_Result r) {
            r.r1 = table.lookup(MAC, 0, NOW, AGEING);
        }
    }

    /** A reader never sees the port of another MAC that is stored in the same slot during the lookup. */
    @JCStressTest
    @Outcome(id = {"-1", "7"}, expect = Expect.ACCEPTABLE, desc = "its own port, or none")
    @Outcome(expect = Expect.FORBIDDEN, desc = "another MAC's port")
    @State
    public static class Reuse {
        private final MacTable table = new MacTable(1);

        public Reuse() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void replace() {
            table.remove(MAC, 0);
            table.learn(OTHER, 0, 8, 0, NOW, AGEING);
        }

        @Actor
        public void lookup(I_Result r) {
            r.r1 = table.lookup(MAC, 0, NOW, AGEING);
        }
    }

    /** A concurrent move and flush leave correct counts. */
    @JCStressTest
    @Outcome(id = {"0, 0", "1, 1"}, expect = Expect.ACCEPTABLE, desc = "flushed before or after the move")
    @Outcome(expect = Expect.FORBIDDEN, desc = "entries and counts differ")
    @State
    public static class MoveAndFlush {
        private final MacTable table = new MacTable(8);

        public MoveAndFlush() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void move() {
            table.learn(MAC, 0, 8, 0, NOW, AGEING);
        }

        @Actor
        public void flush() {
            table.flushPort(7, true);
        }

        @Arbiter
        public void count(II_Result r) {
            r.r1 = table.size();
            r.r2 = table.size(7) + table.size(8);
        }
    }

    /** New entries that evict each other while they are inserted keep their own ports, and are counted correctly. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "each entry has its own port, and the counts equal the number of entries")
    @Outcome(expect = Expect.FORBIDDEN, desc = "another MAC's port, or wrong counts")
    @State
    public static class EvictEachOther {
        private final MacTable table = new MacTable(1);
        private int strays;

        @Actor
        public void first() {
            for (int i = 0; i < 4; i++) table.learn(MAC + i, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void second() {
            for (int i = 4; i < 8; i++) table.learn(MAC + i, 0, 8, 0, NOW, AGEING);
        }

        @Arbiter
        public void count(II_Result r) {
            int[] entries = new int[1];
            table.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> {
                entries[0]++;
                if (port != (mac < MAC + 4 ? 7 : 8)) strays++;
            });
            boolean counted = table.size() == entries[0] && table.size(7) + table.size(8) == entries[0];
            r.r1 = strays;
            r.r2 = counted ? 0 : -1;
        }
    }

    /** A static entry is added and stays, whatever is learned concurrently. */
    @JCStressTest
    @Outcome(id = "7, 1", expect = Expect.ACCEPTABLE, desc = "bound, and counted once")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, on another port, or counted incorrectly")
    @State
    public static class BindInAFullTable {
        private final MacTable table = new MacTable(1);

        public BindInAFullTable() {
            table.learn(OTHER, 0, 8, 0, NOW, AGEING);
        }

        @Actor
        public void bind() {
            table.addStatic(MAC, 0, 7, NOW);
        }

        @Actor
        public void flood() {
            for (int i = 1; i < 4; i++) table.learn(OTHER + i, 0, 8, 0, NOW, AGEING);
            table.learn(MAC, 0, 8, 0, NOW, AGEING);
        }

        @Arbiter
        public void count(II_Result r) {
            r.r1 = table.lookup(MAC, 0, NOW, AGEING);
            r.r2 = table.size(7);
        }
    }
}
