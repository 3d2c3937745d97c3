package dev.tapswitch.core.table;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The guarantees of a feed of the MAC table while writers and its reader run concurrently. */
public final class MacFeedStress {
    private static final long NOW = 10_000_000;
    private static final long AGEING = 300_000;
    private static final long MAC = 0x0200_0000_0001L;

    private MacFeedStress() {}

    /** A reader that mirrors one MAC's port. */
    private static final class Mirror {
        final MacTable table = new MacTable(8);
        final MacFeed feed;
        int port = MacTable.MISS;

        Mirror(Runnable wake) {
            feed = table.subscribe(2, wake);
            feed.poll();
        }

        void read() {
            for (MacChange change = feed.poll(); change != null; change = feed.poll()) {
                port = change.event() == MacEvent.RESYNC ? walk() : change.port();
            }
        }

        private int walk() {
            int[] found = {MacTable.MISS};
            table.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> found[0] = port);
            return found[0];
        }

        /** Returns 1 if the mirror equals the table after the last change, otherwise 0. */
        int check() {
            read();
            return port == table.lookup(MAC, 0, NOW, AGEING) ? 1 : 0;
        }
    }

    /** Changes of one MAC by two writers, with a queue that overflows. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the mirror equals the table")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a change was lost")
    @State
    public static class TwoWriters {
        private final Mirror mirror = new Mirror(() -> {});

        @Actor
        public void first() {
            mirror.table.learn(MAC, 0, 7, 0, NOW, AGEING);
            mirror.table.remove(MAC, 0);
        }

        @Actor
        public void second() {
            mirror.table.learn(MAC, 0, 8, 0, NOW, AGEING);
            mirror.table.learn(MAC, 0, 9, 0, NOW, AGEING);
        }

        @Arbiter
        public void check(I_Result r) {
            r.r1 = mirror.check();
        }
    }

    /** Changes of one MAC while the reader takes them, with a queue that overflows. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the mirror equals the table")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a change was lost")
    @State
    public static class WriterAndReader {
        private final Mirror mirror = new Mirror(() -> {});

        @Actor
        public void write() {
            for (int port = 7; port < 11; port++) mirror.table.learn(MAC, 0, port, 0, NOW, AGEING);
        }

        @Actor
        public void read() {
            mirror.read();
        }

        @Arbiter
        public void check(I_Result r) {
            r.r1 = mirror.check();
        }
    }

    /** A feed that is opened while a writer changes the table. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the mirror equals the table")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a change was in neither the first walk nor the feed")
    @State
    public static class Subscribe {
        private final MacTable table = new MacTable(8);
        private int walked = MacTable.MISS;
        private MacFeed feed;

        @Actor
        public void write() {
            table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void subscribe() {
            feed = table.subscribe(2, () -> {});
            feed.poll();
            table.forEach(0, 1 << 25, NOW, (mac, vlan, port, isStatic, ageMs) -> walked = port);
        }

        @Arbiter
        public void check(I_Result r) {
            MacChange change = feed.poll();
            r.r1 = (change == null ? walked : change.port()) == 7 ? 1 : 0;
        }
    }

    /** A reader that prepares to sleep while a change is made. */
    @JCStressTest
    @Outcome(id = {"1", "2"}, expect = Expect.ACCEPTABLE, desc = "the reader saw the change, or was woken")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the reader sleeps although the table has changed")
    @State
    public static class Wake {
        private final AtomicInteger wakeUps = new AtomicInteger();
        private final Mirror mirror = new Mirror(wakeUps::incrementAndGet);
        private boolean sleeps;

        @Actor
        public void write() {
            mirror.table.learn(MAC, 0, 7, 0, NOW, AGEING);
        }

        @Actor
        public void arm() {
            sleeps = mirror.feed.arm();
        }

        @Arbiter
        public void check(I_Result r) {
            r.r1 = !sleeps ? 1 : wakeUps.get() == 1 ? 2 : 0;
        }
    }
}
