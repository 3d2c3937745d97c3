package dev.tapswitch.containers.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.process.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Loads the rules with nft(8) in a network namespace that exists only for the command. */
class RulesetIT {
    @Test
    void nftReadsEveryQuotableNameLiterally() {
        assumeTrue(Files.exists(Path.of("/usr/sbin/nft")), "nftables is not installed");
        List<String> names = List.of("br+", "br;x", "br{", "a}b", "a$b", "#x", "@x", "-x", "a'b", "a,b");
        NatNetwork network =
                Ports.network("ts0", List.of("10.77.0.0/24"), List.of(), Set.of(NatNetwork.Option.MASQUERADE));
        CommandRun run = CommandRun.run(
                List.of("unshare", "--net", "sh", "-c", "nft -f - && nft -j list table inet tapswitch"),
                Ruleset.of(List.of(network), List.of(), names),
                Duration.ofSeconds(30));
        assertEquals(0, run.exit(), run.output());
        for (String name : names) assertTrue(run.output().contains('"' + name + '"'), name + " in " + run.output());
    }
}
