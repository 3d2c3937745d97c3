package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A map that programs and userspace share. Keys and values are native memory in the machine's byte order, with the sizes of the {@link MapSpec}. Each
 * call makes one system call, which takes about a microsecond. Operations on entries are thread-safe, because the kernel synchronizes them.
 */
public final class BpfMap extends BpfObject {
    private static final String WHO = "run as root, or with CAP_BPF and CAP_NET_ADMIN";

    /** struct bpf_map_info: type, id, key_size, value_size, max_entries, map_flags. */
    private static final int MAP_INFO_SIZE = 24;

    private final MapSpec spec;

    private BpfMap(MapSpec spec, int fd) {
        super(spec.name(), fd);
        this.spec = spec;
    }

    public static BpfMap create(MapSpec spec) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = Bpf.attributes(arena, Bpf.MAP_CREATE_SIZE);
            attributes.set(JAVA_INT, Bpf.MAP_TYPE, spec.type().number());
            attributes.set(JAVA_INT, Bpf.MAP_KEY_SIZE, spec.keySize());
            attributes.set(JAVA_INT, Bpf.MAP_VALUE_SIZE, spec.valueSize());
            attributes.set(JAVA_INT, Bpf.MAP_MAX_ENTRIES, spec.maxEntries());
            attributes.set(JAVA_INT, Bpf.MAP_FLAGS, spec.type().flags());
            Bpf.setName(attributes, Bpf.MAP_NAME, spec.name());
            int fd = Bpf.call(Bpf.MAP_CREATE, attributes);
            if (fd >= 0) return new BpfMap(spec, fd);
            // Before Linux 5.11 the memory of maps counted as locked.
            String advice = fd == -Errno.EPERM ? WHO + "; before Linux 5.11 also raise RLIMIT_MEMLOCK" : "";
            throw new BpfException("creating map \"" + spec.name() + "\"", fd, advice);
        }
    }

    /**
     * Opens the map that is pinned at a path.
     *
     * @throws BpfException also if the object there is not a map with the expected type and sizes
     */
    public static BpfMap open(Path path, MapSpec expected) throws BpfException {
        return adopt(open("map", path), expected);
    }

    /**
     * Takes ownership of a descriptor, which another process may have passed.
     *
     * @throws BpfException if it is not the descriptor of a map with the expected type and sizes; the descriptor is closed then
     */
    public static BpfMap adopt(int fd, MapSpec expected) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(MAP_INFO_SIZE, Long.BYTES);
            int result = Bpf.info(fd, info);
            boolean isSame = result >= 0
                    && info.get(JAVA_INT, 0) == expected.type().number()
                    && info.get(JAVA_INT, 8) == expected.keySize()
                    && info.get(JAVA_INT, 12) == expected.valueSize()
                    && info.get(JAVA_INT, 16) == expected.maxEntries();
            if (isSame) return new BpfMap(expected, fd);
            Libc.close(fd);
            throw new BpfException(
                    "adopting map \"" + expected.name() + "\"",
                    result < 0 ? result : Errno.EINVAL,
                    result < 0 ? "" : "the map is of another kind or size, made by another version perhaps");
        }
    }

    public MapSpec spec() {
        return spec;
    }

    /** The map as a program refers to it. */
    public MapReference reference() {
        return new MapReference(name(), fd());
    }

    /**
     * Copies the value of a key to {@code value}; returns false if the key has none. The value of a per-CPU array consists of one value per CPU: see
     * {@link #valueOfCpu}.
     */
    public boolean lookup(MemorySegment key, MemorySegment value) throws BpfException {
        requireSizes(key, value);
        int result = element(Bpf.MAP_LOOKUP_ELEM, key, value);
        if (result == -Errno.ENOENT) return false;
        if (result < 0) throw failed("reading", result);
        return true;
    }

    /**
     * Adds or replaces an entry. In a hash map this is atomic for concurrent lookups. In an array the value is overwritten in place, so that a
     * concurrent reader may see a part of the change.
     */
    public void update(MemorySegment key, MemorySegment value) throws BpfException {
        requireSizes(key, value);
        int result = element(Bpf.MAP_UPDATE_ELEM, key, value);
        if (result < 0) throw failed("writing to", result);
    }

    /** Deletes an entry; returns whether it existed. Entries of an array can't be deleted. */
    public boolean delete(MemorySegment key) throws BpfException {
        requireSize("key", spec.keySize(), key);
        int result = element(Bpf.MAP_DELETE_ELEM, key, MemorySegment.NULL);
        if (result == -Errno.ENOENT) return false;
        if (result < 0) throw failed("deleting from", result);
        return true;
    }

    private int element(int command, MemorySegment key, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = Bpf.attributes(arena, Bpf.ELEMENT_SIZE);
            attributes.set(JAVA_INT, Bpf.ELEMENT_MAP, fd());
            attributes.set(JAVA_LONG, Bpf.ELEMENT_KEY, key.address());
            attributes.set(JAVA_LONG, Bpf.ELEMENT_VALUE, value.address());
            return Bpf.call(command, attributes);
        }
    }

    /** Memory for a key, zeroed. */
    public MemorySegment allocateKey(Arena arena) {
        return arena.allocate(spec.keySize(), Long.BYTES);
    }

    /** Memory for the value that {@link #lookup} or {@link #update} copies, zeroed. */
    public MemorySegment allocateValue(Arena arena) {
        return arena.allocate(spec.transferSize(), Long.BYTES);
    }

    /** The number of values for which an entry of a per-CPU array needs memory. */
    public static int possibleCpus() {
        return PossibleCpus.COUNT;
    }

    /** One CPU's part of a per-CPU array's value. */
    public MemorySegment valueOfCpu(MemorySegment value, int cpu) {
        return value.asSlice((long) cpu * spec.stride(), spec.valueSize());
    }

    private void requireSizes(MemorySegment key, MemorySegment value) {
        requireSize("key", spec.keySize(), key);
        requireSize("value", spec.transferSize(), value);
    }

    /** The kernel copies as many bytes as the map's sizes require; it does not know the size of the memory. */
    private void requireSize(String what, int size, MemorySegment memory) {
        if (memory.byteSize() != size || !memory.isNative()) {
            throw new IllegalArgumentException("a " + what + " of " + this + " is " + size
                    + " bytes of native memory, not " + memory.byteSize() + (memory.isNative() ? "" : " on the heap"));
        }
    }

    BpfException failed(String what, int errno) {
        return new BpfException(what + " " + this, errno, errno == -Errno.EPERM ? WHO : "");
    }

    @Override
    public String toString() {
        return "map \"" + name() + "\"";
    }
}
