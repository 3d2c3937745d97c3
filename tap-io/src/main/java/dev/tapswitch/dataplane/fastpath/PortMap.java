package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.bpf.BpfException;
import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.MapEntries;
import dev.tapswitch.linux.bpf.MapSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * The BPF map of the interfaces that have one of our programs: a port's host end and its TAP have an entry each. It is an array, indexed by the low
 * bits of the interface index, because the kernel inlines lookups in an array.
 */
final class PortMap {
    /** The number of slots, a power of two. Two interfaces whose indexes are equal modulo this number can't both have a program. */
    static final int SLOTS = 1 << 16;

    static final int SLOT_MASK = SLOTS - 1;

    // The fields of a value, which fills one cache line.
    /** Of a host end: the MAC of its far end, in the form of a station's key without VLAN. A frame with this source needs no lookup of the source. */
    static final Field OWN_ADDRESS = Field.u64("own address", 0);
    /** The interface's own index; 0 if the slot is free. */
    static final Field IFINDEX = Field.u32("ifindex", 8);
    /** The interface to which the program sends frames that it does not forward itself: for a host end its TAP, for a TAP its host end. */
    static final Field OUT = Field.u32("out", 12);
    /** The index of the port's counters. */
    static final Field NUMBER = Field.u32("number", 16);

    static final Field FLAGS = Field.u32("flags", 20);
    static final Field SWITCH = Field.u32("switch", 24);
    /** The maximum length of a frame to this port, bytes: MTU and Ethernet header, without a tag. 0 for a TAP. */
    static final Field MAX_LENGTH = Field.u32("max length", 28);
    /** The heartbeat at the time of the last frame from {@link #OWN_ADDRESS}. */
    static final Field SEEN = Field.u64("seen", 32);

    static final int VALUE_SIZE = 64;

    /** Stands for no own address. No frame has this source: it is a group address, and its VLAN is not a possible VID. */
    static final long NO_ADDRESS = -1;

    /** An entry's value. */
    record Value(int ifindex, int out, int number, int flags, int switchId, int maxLength, long ownAddress, long seen) {
        static final Value FREE = new Value(0, 0, 0, 0, 0, 0, NO_ADDRESS, 0);

        Value withOwnAddress(long address, long seenAt) {
            return new Value(ifindex, out, number, flags, switchId, maxLength, address, seenAt);
        }
    }

    private final BpfMap map;

    PortMap(BpfMap map) {
        this.map = map;
    }

    static MapSpec spec() {
        return MapSpec.array("ports", VALUE_SIZE, SLOTS);
    }

    /** The entry in the interface's slot. It may be that of another interface: see {@link Value#ifindex}. */
    Value slotOf(int ifindex) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            map.lookup(key(ifindex, arena), value);
            return decode(value);
        }
    }

    void put(Value entry) throws BpfException {
        write(entry.ifindex(), entry);
    }

    void remove(int ifindex) throws BpfException {
        write(ifindex, Value.FREE);
    }

    private void write(int ifindex, Value entry) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            value.set(JAVA_LONG, OWN_ADDRESS.offset(), entry.ownAddress());
            value.set(JAVA_INT, IFINDEX.offset(), entry.ifindex());
            value.set(JAVA_INT, OUT.offset(), entry.out());
            value.set(JAVA_INT, NUMBER.offset(), entry.number());
            value.set(JAVA_INT, FLAGS.offset(), entry.flags());
            value.set(JAVA_INT, SWITCH.offset(), entry.switchId());
            value.set(JAVA_INT, MAX_LENGTH.offset(), entry.maxLength());
            value.set(JAVA_LONG, SEEN.offset(), entry.seen());
            map.update(key(ifindex, arena), value);
        }
    }

    /** Visits all slots that are in use. */
    void forEach(Consumer<Value> visitor) throws BpfException {
        MapEntries.visit(map, (_, value) -> {
            Value entry = decode(value);
            if (entry.ifindex() != 0) visitor.accept(entry);
        });
    }

    static int slot(int ifindex) {
        return ifindex & SLOT_MASK;
    }

    private static MemorySegment key(int ifindex, Arena arena) {
        return arena.allocateFrom(JAVA_INT, slot(ifindex));
    }

    private static Value decode(MemorySegment value) {
        return new Value(
                value.get(JAVA_INT, IFINDEX.offset()),
                value.get(JAVA_INT, OUT.offset()),
                value.get(JAVA_INT, NUMBER.offset()),
                value.get(JAVA_INT, FLAGS.offset()),
                value.get(JAVA_INT, SWITCH.offset()),
                value.get(JAVA_INT, MAX_LENGTH.offset()),
                value.get(JAVA_LONG, OWN_ADDRESS.offset()),
                value.get(JAVA_LONG, SEEN.offset()));
    }
}
