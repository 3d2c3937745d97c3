package dev.tapswitch.linux.bpf;

/** The target of jumps in a program. {@link Assembler#label} creates it, {@link Assembler#at} places it. */
public final class Label {
    private static final int NOWHERE = -1;

    private final String name;
    private int position = NOWHERE;

    Label(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The position of the instruction that follows the label, in slots from the start of the program. */
    int position() {
        if (position == NOWHERE) throw new IllegalStateException("nothing is at label \"" + name + "\"");
        return position;
    }

    void place(int where) {
        if (position != NOWHERE) throw new IllegalStateException("label \"" + name + "\" is placed twice");
        position = where;
    }
}
