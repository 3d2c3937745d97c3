package dev.tapswitch.core.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** The guarantees of the neighbour table for concurrent threads. */
public final class NeighbourTableStress {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;

    private NeighbourTableStress() {}

    /** A reader sees the complete old entry, the complete new one, or none while it is written. */
    @JCStressTest
    @Outcome(id = {"-1", "11", "22"}, expect = Expect.ACCEPTABLE, desc = "none, old or new")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a mixture")
    @State
    public static class Change {
        private final NeighbourTable table = new NeighbourTable(1);

        public Change() {
            table.learn(1, 1, 0, 11, 1, 0, NOW, AGEING);
        }

        @Actor
        public void change() {
            table.learn(1, 1, 0, 22, 2, 0, NOW, AGEING);
        }

        @Actor
        public void lookup(J_Result r) {
            r.r1 = table.lookup(1, 1, 0, NOW, AGEING);
        }
    }

    /** A reader never sees the MAC of another address that is stored in the same slot during the lookup. */
    @JCStressTest
    @Outcome(id = {"-1", "11"}, expect = Expect.ACCEPTABLE, desc = "its own MAC, or none")
    @Outcome(expect = Expect.FORBIDDEN, desc = "another address's MAC")
    @State
    public static class Reuse {
        private final NeighbourTable table = new NeighbourTable(1);

        public Reuse() {
            table.learn(1, 1, 0, 11, 1, 0, NOW, AGEING);
        }

        @Actor
        public void replace() {
            table.remove(1, 1, 0);
            table.learn(1, 2, 0, 22, 2, 0, NOW, AGEING);
        }

        @Actor
        public void lookup(J_Result r) {
            r.r1 = table.lookup(1, 1, 0, NOW, AGEING);
        }
    }
}
