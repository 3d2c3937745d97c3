package dev.tapswitch.linux.bpf;

import static dev.tapswitch.linux.bpf.Register.R0;
import static dev.tapswitch.linux.bpf.Register.R1;
import static dev.tapswitch.linux.bpf.Register.R2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads programs and attaches them to one end of a veth pair between two namespaces. */
@Timeout(120)
class BpfProgramIT {
    // include/uapi/linux/pkt_cls.h
    private static final int TC_ACT_UNSPEC = -1;
    private static final int TC_ACT_SHOT = 2;

    @BeforeAll
    static void needsBpf() {
        BpfFixture.assume(BpfFeature.PROGRAMS);
    }

    private static BpfProgram returning(int verdict) throws BpfException {
        return BpfProgram.load(
                "verdict", new Assembler().move(R0, verdict).exit().assemble());
    }

    /** Two namespaces and a veth pair between them: host0 (198.18.0.1) and peer0 (198.18.0.2). */
    private record Pair(TestNamespace left, TestNamespace right) implements AutoCloseable {
        static Pair make() {
            Pair pair = new Pair(new TestNamespace(), new TestNamespace());
            pair.left.ip("link", "add", "host0", "type", "veth", "peer", "name", "peer0", "netns", pair.right.name());
            pair.left.ip("addr", "add", "198.18.0.1/24", "dev", "host0");
            pair.right.ip("addr", "add", "198.18.0.2/24", "dev", "peer0");
            pair.left.ip("link", "set", "host0", "up");
            pair.right.ip("link", "set", "peer0", "up");
            return pair;
        }

        boolean isConnected() {
            return left.reaches("198.18.0.2");
        }

        boolean isCutOff() {
            return left.isCutOffFrom("198.18.0.2");
        }

        @Override
        public void close() {
            left.close();
            right.close();
        }
    }

    @Test
    void theExceptionContainsTheVerifiersErrorAndItsCompleteLog() {
        // Register 1 contains a number, which is no pointer: the verifier rejects the load.
        Code broken = new Assembler()
                .move(R1, 7)
                .load(R2, R1, Field.u32("nowhere", 0))
                .move(R0, 0)
                .exit()
                .assemble();
        BpfException refused = assertThrows(BpfException.class, () -> BpfProgram.load("broken", broken));
        assertEquals(Errno.EACCES, refused.errno());
        assertTrue(refused.getMessage().startsWith("loading program \"broken\": EACCES"), refused.getMessage());
        assertTrue(
                refused.getMessage().contains("R1 invalid mem access"),
                "the verifier's error is missing: " + refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
        assertTrue(refused.verifierLog().lines().count() > 2, refused.verifierLog());
    }

    @Test
    void aProgramThatRunsOffItsEndIsRefused() {
        Code endless = new Assembler().move(R0, 0).assemble();
        BpfException refused = assertThrows(BpfException.class, () -> BpfProgram.load("endless", endless));
        assertTrue(refused.getMessage().contains("last insn is not an exit or jmp"), refused.getMessage());
    }

    @Test
    void aTcxLinkFiltersUntilItIsClosedAndItsProgramIsReplacedInPlace() throws Exception {
        BpfFixture.assume(BpfFeature.TCX);
        try (Pair pair = Pair.make();
                BpfProgram drop = returning(TC_ACT_SHOT);
                BpfProgram pass = returning(TC_ACT_UNSPEC)) {
            assertTrue(pair.isConnected());
            int ifindex = pair.left.ifindex("host0");
            TcxLink link = pair.left.call(() -> TcxLink.attach(drop, ifindex));
            assertEquals(ifindex, link.ifindex());
            assertEquals(drop.id(), link.programId());
            assertTrue(pair.isCutOff());
            link.update(pass);
            assertEquals(pass.id(), link.programId());
            assertTrue(pair.isConnected());
            link.update(drop);
            assertTrue(pair.isCutOff());
            link.close();
            assertTrue(pair.isConnected());
        }
    }

    @Test
    void aPinnedLinkStaysWithoutADescriptorAndIsRemovedWithItsPin() throws Exception {
        BpfFixture.assume(BpfFeature.TCX);
        try (Pair pair = Pair.make();
                BpfFixture.Mount mount = BpfFixture.mount();
                BpfProgram drop = returning(TC_ACT_SHOT);
                BpfProgram pass = returning(TC_ACT_UNSPEC)) {
            int ifindex = pair.left.ifindex("host0");
            Path pin = mount.path().resolve("link");
            try (TcxLink link = pair.left.call(() -> TcxLink.attach(drop, ifindex))) {
                link.pin(pin);
            }
            assertTrue(pair.isCutOff());
            try (TcxLink link = TcxLink.open(pin)) {
                link.update(pass);
                assertTrue(pair.isConnected());
                link.update(drop);
            }
            assertTrue(pair.isCutOff());
            Files.delete(pin);
            assertTrue(pair.isConnected());
        }
    }

    @Test
    void aLinkWhoseInterfaceWasDeletedHasNoInterfaceAndIsNotUpdated() throws Exception {
        BpfFixture.assume(BpfFeature.TCX);
        try (Pair pair = Pair.make();
                BpfProgram drop = returning(TC_ACT_SHOT)) {
            int ifindex = pair.left.ifindex("host0");
            try (TcxLink link = pair.left.call(() -> TcxLink.attach(drop, ifindex))) {
                pair.left.ip("link", "del", "host0");
                assertEquals(0, link.ifindex());
                assertThrows(BpfException.class, () -> link.update(drop));
            }
        }
    }

    @Test
    void aClsactFilterStaysWithoutADescriptorAndIsReplacedAndDetached() throws Exception {
        BpfFixture.assume(BpfFeature.CLSACT);
        try (Pair pair = Pair.make()) {
            int ifindex = pair.left.ifindex("host0");
            attachByClsact(pair, ifindex, TC_ACT_SHOT);
            assertTrue(pair.isCutOff());
            attachByClsact(pair, ifindex, TC_ACT_UNSPEC);
            assertTrue(pair.isConnected());
            attachByClsact(pair, ifindex, TC_ACT_SHOT);
            assertTrue(pair.isCutOff());
            assertTrue(qdiscs(pair).contains("clsact"));
            for (int i = 0; i < 2; i++) detachFromClsact(pair, ifindex);
            assertTrue(pair.isConnected());
            assertFalse(qdiscs(pair).contains("clsact"), qdiscs(pair));
        }
    }

    @Test
    void clsactFiltersOfOthersAreKept() throws Exception {
        BpfFixture.assume(BpfFeature.CLSACT);
        try (Pair pair = Pair.make()) {
            int ifindex = pair.left.ifindex("host0");
            pair.left.exec("tc", "qdisc", "add", "dev", "host0", "clsact");
            pair.left.exec(
                    "tc", "filter", "add", "dev", "host0", "egress", "u32", "match", "u32", "0", "0", "flowid", "1:1");
            attachByClsact(pair, ifindex, TC_ACT_UNSPEC);
            assertTrue(pair.left
                    .exec("tc", "filter", "show", "dev", "host0", "ingress")
                    .contains("verdict"));
            detachFromClsact(pair, ifindex);
            assertEquals("", pair.left.exec("tc", "filter", "show", "dev", "host0", "ingress"));
            assertTrue(pair.left
                    .exec("tc", "filter", "show", "dev", "host0", "egress")
                    .contains("u32"));
        }
    }

    @Test
    void theErrorForAnInterfaceThatDoesNotExistNamesIt() throws Exception {
        try (BpfProgram drop = returning(TC_ACT_SHOT);
                TestNamespace namespace = new TestNamespace()) {
            int none = 4_711;
            BpfException byFilter = assertThrows(
                    BpfException.class,
                    () -> namespace.call(() -> {
                        ClsactFilter.attach(drop, none);
                        return null;
                    }));
            assertEquals(Errno.ENODEV, byFilter.errno());
            assertTrue(byFilter.getMessage().contains("interface 4711"), byFilter.getMessage());
        }
    }

    private static void attachByClsact(Pair pair, int ifindex, int verdict) throws Exception {
        try (BpfProgram program = returning(verdict)) {
            pair.left.call(() -> {
                ClsactFilter.attach(program, ifindex);
                return null;
            });
        }
    }

    private static void detachFromClsact(Pair pair, int ifindex) throws Exception {
        pair.left.call(() -> {
            ClsactFilter.detach(ifindex);
            return null;
        });
    }

    private static String qdiscs(Pair pair) {
        return pair.left.exec("tc", "qdisc", "show", "dev", "host0");
    }
}
