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

/** Changes made by nft(8) are notified. */
@Timeout(400)
class NftMonitorIT {
    @Test
    void tablesAndChainsThatAreAddedAndRemovedAreNotified() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nftables");
        try (NetnsFixture netns = new NetnsFixture()) {
            NftMonitor monitor = NamespaceThread.call(netns.namespace(), NftMonitor::new);
            nft(netns, "add table inet other { chain first { tcp dport 80 accept; }; chain second { }; }");
            Changes added = monitor.await().orElseThrow();
            assertEquals(Set.of("other", "first", "second"), added.added());
            assertEquals(Set.of(), added.removed());
            assertTrue(added.affects("first"));
            assertFalse(added.affects("third"));
            nft(netns, "flush chain inet other first");
            assertEquals(Set.of("first"), monitor.await().orElseThrow().removed());
            // Like this, in one transaction, Tapswitch replaces its own table.
            nft(netns, "delete table inet other; add table inet other");
            Changes replaced = monitor.await().orElseThrow();
            assertTrue(
                    replaced.added().contains("other") && !replaced.removed().contains("other"), replaced.toString());
            nft(netns, "flush ruleset");
            assertEquals(Set.of("other"), monitor.await().orElseThrow().removed());
            monitor.close();
            assertEquals(Optional.empty(), monitor.await());
        }
    }

    private static void nft(NetnsFixture netns, String script) {
        NetnsFixture.run("ip", "netns", "exec", netns.name, "nft", script);
    }
}
