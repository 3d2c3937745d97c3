package dev.tapswitch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void aLongTableIsPrintedInBlocksWithOneHeading() {
        var out = new StringWriter();
        var table = new Table("name", ">number");
        var maxLength = 0;
        for (int i = 0; i < 2_500; i++) {
            table.row("row", i);
            table.printIfLong(new PrintWriter(out));
            maxLength = Math.max(maxLength, table.toString().length());
        }
        out.append(table.orElse("none"));
        var lines = out.toString().lines().toList();
        assertEquals(2_501, lines.size());
        assertEquals("name  number", lines.getFirst());
        assertEquals("row     2499", lines.getLast());
        assertTrue(maxLength < 20_000, "printed rows are removed");
    }
}
