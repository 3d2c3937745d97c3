package dev.tapswitch.dataplane.punt;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PuntRule;
import dev.tapswitch.core.frame.EthernetFrame;
import java.util.HashMap;
import java.util.Map;

/** The receivers of one switch's punted frames. Thread-safe. */
final class PuntReceivers {
    private final LearningSwitch owner;

    private record Entry(PuntRule rule, PuntReceiver receiver) {}

    /** By the number of the rule. */
    private final Map<Integer, Entry> entries = new HashMap<>();

    PuntReceivers(LearningSwitch owner) {
        this.owner = owner;
    }

    /** Adds a rule to the switch; returns its number. Frames that match it wait until the receiver is known. */
    synchronized int add(PuntRule rule, PuntReceiver receiver) {
        int number = owner.addPuntRule(rule);
        entries.put(number, new Entry(rule, receiver));
        return number;
    }

    synchronized void remove(int number) {
        owner.removePuntRule(number);
        entries.remove(number);
    }

    /** The receiver of a frame that was punted by a rule; null if the rule was removed since, even if its number is used again. */
    synchronized PuntReceiver of(int number, EthernetFrame frame) {
        Entry entry = entries.get(number);
        return entry != null && entry.rule.matches(frame) ? entry.receiver : null;
    }
}
