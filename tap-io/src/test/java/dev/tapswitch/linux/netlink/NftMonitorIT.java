package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.netlink.NftMonitor.Changes;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.tap.NetnsFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nft(8) does is heard. */
@Timeout(400)
class NftMonitorIT {
    @Test
    void tablesAndChainsThatComeAndGoAreHeardOf() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nftables");
        try (NetnsFixture netns = new NetnsFixture()) {
            NftMonitor events = NamespaceThread.call(netns.namespace(), NftMonitor::new);
            nft(netns, "add table inet theirs { chain first { tcp dport 80 accept; }; chain second { }; }");
            Changes made = events.await().orElseThrow();
            assertEquals(Set.of("theirs", "first", "second"), made.made());
            assertEquals(Set.of(), made.gone());
            assertTrue(made.touch("first"));
            assertFalse(made.touch("third"));
            nft(netns, "flush chain inet theirs first");
            assertEquals(Set.of("first"), events.await().orElseThrow().gone());
            // In one transaction, as we replace our own.
            nft(netns, "delete table inet theirs; add table inet theirs");
            Changes replaced = events.await().orElseThrow();
            assertTrue(replaced.made().contains("theirs") && !replaced.gone().contains("theirs"), replaced.toString());
            nft(netns, "flush ruleset");
            assertEquals(Set.of("theirs"), events.await().orElseThrow().gone());
            events.close();
            assertEquals(Optional.empty(), events.await());
        }
    }

    private static void nft(NetnsFixture netns, String script) {
        NetnsFixture.run("ip", "netns", "exec", netns.name, "nft", script);
    }
}
