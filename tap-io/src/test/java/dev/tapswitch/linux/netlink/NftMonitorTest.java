package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netlink.NftMonitor.Changes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Notifications as include/uapi/linux/netfilter/nf_tables.h lays them out. */
class NftMonitorTest {
    private final NftMonitor.Collector collector = new NftMonitor.Collector();

    private void receive(int message, int attribute, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] payload = ByteBuffer.allocate(Netfilter.NFGENMSG_SIZE + 4 + text.length + 1)
                .order(ByteOrder.nativeOrder())
                .position(Netfilter.NFGENMSG_SIZE)
                .putShort((short) (4 + text.length + 1))
                .putShort((short) attribute)
                .put(text)
                .array();
        collector.onMessage(Netfilter.NFNL_SUBSYS_NFTABLES << 8 | message, payload);
    }

    @Test
    void rulesChangeTheirChain() {
        receive(Netfilter.NFT_MSG_NEWRULE, Netfilter.NFTA_RULE_CHAIN, "forward");
        receive(Netfilter.NFT_MSG_DELRULE, Netfilter.NFTA_RULE_CHAIN, "forward");
        assertEquals(new Changes(Set.of("forward"), Set.of("forward"), false), collector.changes());
    }

    @Test
    void aTableThatIsReplacedCountsAsAdded() {
        receive(Netfilter.NFT_MSG_DELTABLE, Netfilter.NFTA_TABLE_NAME, "filter");
        receive(Netfilter.NFT_MSG_NEWTABLE, Netfilter.NFTA_TABLE_NAME, "filter");
        receive(Netfilter.NFT_MSG_NEWCHAIN, Netfilter.NFTA_CHAIN_NAME, "input");
        receive(Netfilter.NFT_MSG_DELCHAIN, Netfilter.NFTA_CHAIN_NAME, "input");
        assertEquals(new Changes(Set.of("filter"), Set.of("input"), false), collector.changes());
    }

    @Test
    void messagesOfOtherSubsystemsAreIgnored() {
        collector.onMessage(Netfilter.NFT_MSG_NEWTABLE, new byte[Netfilter.NFGENMSG_SIZE]);
        assertEquals(new Changes(Set.of(), Set.of(), false), collector.changes());
    }

    @Test
    void afterAnOverflowAnythingMayHaveChanged() {
        collector.onOverflow();
        assertTrue(collector.changes().affects("filter"));
    }
}
