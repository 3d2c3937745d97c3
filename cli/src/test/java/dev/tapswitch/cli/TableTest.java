package dev.tapswitch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void aLongTableIsPrintedAsItGrowsWithItsHeadingsOnce() {
        var out = new StringWriter();
        var table = new Table("name", ">number");
        var longest = 0;
        for (int i = 0; i < 2_500; i++) {
            table.row("row", i);
            table.printIfLong(new PrintWriter(out));
            longest = Math.max(longest, table.toString().length());
        }
        out.append(table.orElse("none"));
        var lines = out.toString().lines().toList();
        assertEquals(2_501, lines.size());
        assertEquals("name  number", lines.getFirst());
        assertEquals("row     2499", lines.getLast());
        assertTrue(longest < 20_000, "rows that were printed are forgotten");
    }
}
