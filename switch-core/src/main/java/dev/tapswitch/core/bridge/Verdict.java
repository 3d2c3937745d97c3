package dev.tapswitch.core.bridge;

/**
 * The result of a forwarding decision as an int, so that the data path allocates nothing; {@link Decision} spells it out. A verdict is one of: an
 * egress port, a {@link PortSet} that the snapshot holds, REPLY, CONSUME, a protocol of the control side, or a drop with its reason.
 */
public final class Verdict {
    /** The switch replies with {@link Forwarder#reply()} to the ingress port. */
    public static final int REPLY = -1;

    /** The frame was addressed to the switch and needs no further handling. */
    public static final int CONSUME = -2;

    private static final int DROP = -16;
    private static final int PUNT = -1_024;
    private static final int PORT_SET = -65_536;
    private static final DropReason[] REASONS = DropReason.values();

    private Verdict() {}

    /** Whether the frame goes to one port. The verdict is then the index of the port. */
    public static boolean isPort(int verdict) {
        return verdict >= 0;
    }

    /** Whether the frame goes to all ports of a set. */
    public static boolean isPortSet(int verdict) {
        return verdict <= PORT_SET;
    }

    /** The number of the set, for {@link SwitchSnapshot#portSet}. Requires {@link #isPortSet}. */
    public static int portSet(int verdict) {
        return PORT_SET - verdict;
    }

    public static boolean isDrop(int verdict) {
        return verdict <= DROP && verdict > PUNT;
    }

    /** The reason of a drop. Requires {@link #isDrop}. */
    public static DropReason dropReason(int verdict) {
        return REASONS[DROP - verdict];
    }

    /** Whether the frame goes to a protocol of the control side, and to no port. */
    public static boolean isPunt(int verdict) {
        return verdict <= PUNT && verdict > PORT_SET;
    }

    /** The number of the rule that the frame matched, from {@link LearningSwitch#addPuntRule}. Requires {@link #isPunt}. */
    public static int puntRule(int verdict) {
        return PUNT - verdict;
    }

    static int punt(int rule) {
        return PUNT - rule;
    }

    static int toPortSet(int number) {
        return PORT_SET - number;
    }

    static int drop(DropReason reason) {
        return DROP - reason.ordinal();
    }
}
