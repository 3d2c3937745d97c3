package dev.tapswitch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HelpTest {
    private static List<CommandLine> all(CommandLine command) {
        var found = new ArrayList<CommandLine>();
        if (command.getCommandSpec().usageMessage().hidden()) return found;
        found.add(command);
        command.getSubcommands().values().forEach(sub -> found.addAll(all(sub)));
        return found;
    }

    @Test
    void everyCommandHasADescriptionAnExampleAndHelp() {
        for (var command : all(Tapswitch.commandLine())) {
            var usage = command.getCommandSpec().usageMessage();
            var name = command.getCommandSpec().qualifiedName();
            assertTrue(usage.description().length > 0, name);
            assertTrue(String.join("\n", usage.footer()).contains("tapswitch "), name + " has no example");
            assertEquals(
                    0,
                    Ran.command((name + " --help")
                                    .substring("tapswitch ".length())
                                    .split(" "))
                            .exitCode(),
                    name);
        }
    }

    @Test
    void helpDoesNotListHiddenCommands() {
        assertFalse(Ran.command("--help").out().contains("warm-up"));
    }

    @Test
    void theManualPageHasCommandsAndOnlyKnownMacros() {
        var page = Ran.command("man").out();
        for (var name : List.of("port add", "mac list", "showmacs", "trace", "lab up", "demo"))
            assertTrue(page.contains(".SS \"tapswitch " + name), name);
        assertTrue(page.contains("\\-\\-version"), "no --version");
        for (var line : page.lines().toList())
            if (line.startsWith(".")) assertTrue(line.matches("\\.(TH|SH|SS|B|I|BR|TP|PP|EX|EE)\\b.*"), line);
    }

    @Test
    void theCompletionScriptHasEveryCommand() {
        var script = Ran.command("completion", "bash").out();
        assertTrue(script.contains("complete -F _complete_tapswitch"), "no completion function");
        assertTrue(script.contains("showmacs"), "no command showmacs");
        assertTrue(script.contains("--version"), "no --version");
    }

    @Test
    void quantitiesHaveThreeDigitsAndAUnit() {
        assertEquals("0 B", Quantity.bytes(0));
        assertEquals("999 B", Quantity.bytes(999));
        assertEquals("1.00 kB", Quantity.bytes(1_000));
        assertEquals("1.00 MB", Quantity.bytes(999_999));
        assertEquals("12.3 Gbit/s", Quantity.bitRate(12.34e9));
        assertEquals("657 k", Quantity.rate(657_123));
        assertEquals("59 s", Quantity.duration(59));
        assertEquals("1 h", Quantity.duration(3_600));
        assertEquals("2 d 3 h", Quantity.duration(2 * 86_400 + 3 * 3_600 + 59));
        assertEquals("1,234,567", Quantity.count(1_234_567));
    }
}
