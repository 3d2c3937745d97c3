package dev.tapswitch.linux.bpf;

/** A place in a program to jump to; made by {@link Assembler#label}, placed by {@link Assembler#at}. */
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

    /** Of the instruction that follows the label, in slots from the program's start. */
    int position() {
        if (position == NOWHERE) throw new IllegalStateException("nothing is at label \"" + name + "\"");
        return position;
    }

    void place(int where) {
        if (position != NOWHERE) throw new IllegalStateException("label \"" + name + "\" is placed twice");
        position = where;
    }
}
