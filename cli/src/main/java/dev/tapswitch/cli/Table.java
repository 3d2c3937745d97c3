package dev.tapswitch.cli;

import dev.tapswitch.control.log.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A table with aligned columns, separated by two spaces. A heading that starts with {@code >} aligns its column to the right. A long table
 * can be printed in blocks while rows are added; a column may then become wider from one block to the next.
 */
final class Table {
    private static final int BLOCK_ROWS = 1_000;

    private final String[] headings;
    private final boolean[] right;
    private final int[] width;
    private final List<String[]> rows = new ArrayList<>();
    private boolean hasBegun;

    Table(String... headings) {
        this.headings = new String[headings.length];
        this.right = new boolean[headings.length];
        this.width = new int[headings.length];
        for (int i = 0; i < headings.length; i++) {
            right[i] = headings[i].startsWith(">");
            this.headings[i] = right[i] ? headings[i].substring(1) : headings[i];
        }
    }

    /** Adds a row. Null and empty cells are printed as {@code -}. */
    Table row(Object... cells) {
        if (cells.length != headings.length)
            throw new IllegalArgumentException("a row needs one cell for each heading");
        var row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) row[i] = shown(cells[i]);
        rows.add(row);
        return this;
    }

    /** The table, or {@code none} and a newline if it has no rows. Lines have no trailing spaces. */
    String orElse(String none) {
        return rows.isEmpty() && !hasBegun ? none + "\n" : toString();
    }

    /** Prints and removes the rows once there are enough of them to choose the widths of the columns. */
    void printIfLong(PrintWriter out) {
        if (rows.size() < BLOCK_ROWS) return;
        out.print(this);
        rows.clear();
        hasBegun = true;
    }

    /** The rows, after the headings where they have not been printed before. */
    @Override
    public String toString() {
        measure(headings, width);
        for (var row : rows) measure(row, width);
        var text = new StringBuilder();
        if (!hasBegun) line(text, headings, width);
        for (var row : rows) line(text, row, width);
        return text.toString();
    }

    private static String shown(Object cell) {
        var text = cell == null ? "" : cell.toString();
        return text.isEmpty() ? "-" : Printable.line(text);
    }

    private static void measure(String[] row, int[] width) {
        for (int i = 0; i < row.length; i++) width[i] = Math.max(width[i], row[i].length());
    }

    private void line(StringBuilder text, String[] row, int[] width) {
        var line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            var padding = " ".repeat(width[i] - row[i].length());
            line.append(right[i] ? padding + row[i] : row[i] + padding).append("  ");
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
