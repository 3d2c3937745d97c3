package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.tapswitch.linux.bpf.BpfException;
import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.MapEntries;
import dev.tapswitch.linux.bpf.MapSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The BPF map of stations: it maps MAC, VLAN and switch to the host end of the station's port. Only userspace adds and removes entries. */
final class StationMap {
    /** The key consists of this field and the switch. This field has the MAC, as a program loads it, in the low 48 bits and the VLAN in the high 16 bits. */
    static final Field ADDRESS = Field.u64("address", 0);

    static final Field SWITCH = Field.u32("switch", 8);
    static final int KEY_SIZE = 12;

    // The fields of a value.
    /** The port's host end. */
    static final Field IFINDEX = Field.u32("ifindex", 0);

    static final Field FLAGS = Field.u32("flags", 4);
    /** The heartbeat at the time of the last frame from this station; that of a port's own MAC is in the {@link PortMap} entry instead. */
    static final Field SEEN = Field.u64("seen", 8);

    static final int VALUE_SIZE = 16;

    /** An entry's value. */
    record Value(int ifindex, int flags, long seen) {}

    private final BpfMap map;

    StationMap(BpfMap map) {
        this.map = map;
    }

    static MapSpec spec(int maxEntries) {
        return MapSpec.hash("stations", KEY_SIZE, VALUE_SIZE, maxEntries);
    }

    /** The first part of the key. */
    static long address(StationKey key) {
        // A little-endian machine loads the MAC's first byte on the wire as the least significant byte.
        return Long.reverseBytes(key.mac()) >>> Short.SIZE | (long) key.vlan() << Packet.ADDRESS_BITS;
    }

    static StationKey key(long address, int switchId) {
        return new StationKey(
                Long.reverseBytes(address << Short.SIZE), (int) (address >>> Packet.ADDRESS_BITS), switchId);
    }

    Optional<Value> get(StationKey key) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            return map.lookup(encode(key, arena), value) ? Optional.of(decode(value)) : Optional.empty();
        }
    }

    void put(StationKey key, Value entry) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            value.set(JAVA_INT, IFINDEX.offset(), entry.ifindex());
            value.set(JAVA_INT, FLAGS.offset(), entry.flags());
            value.set(JAVA_LONG, SEEN.offset(), entry.seen());
            map.update(encode(key, arena), value);
        }
    }

    boolean remove(StationKey key) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            return map.delete(encode(key, arena));
        }
    }

    void forEach(BiConsumer<StationKey, Value> visitor) throws BpfException {
        MapEntries.visit(
                map,
                (key, value) -> visitor.accept(
                        key(
                                key.get(JAVA_LONG_UNALIGNED, ADDRESS.offset()),
                                key.get(JAVA_INT_UNALIGNED, SWITCH.offset())),
                        decode(value)));
    }

    private MemorySegment encode(StationKey key, Arena arena) {
        MemorySegment memory = map.allocateKey(arena);
        memory.set(JAVA_LONG, ADDRESS.offset(), address(key));
        memory.set(JAVA_INT, SWITCH.offset(), key.switchId());
        return memory;
    }

    private static Value decode(MemorySegment value) {
        return new Value(
                value.get(JAVA_INT, IFINDEX.offset()),
                value.get(JAVA_INT, FLAGS.offset()),
                value.get(JAVA_LONG, SEEN.offset()));
    }
}
