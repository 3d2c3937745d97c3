package dev.tapswitch.linux.bpf;

/**
 * What a map is.
 *
 * @param name letters, digits and '_'; the kernel keeps 15 of them
 * @param keySize bytes; 4 for arrays, whose keys are indexes
 * @param valueSize bytes, per CPU for a per-CPU array
 */
public record MapSpec(String name, Type type, int keySize, int valueSize, int maxEntries) {
    /** enum bpf_map_type, and the flags that we make them with (include/uapi/linux/bpf.h). */
    public enum Type {
        /** Entries are allocated as they come (BPF_F_NO_PREALLOC); only userspace may add any in our programs. */
        HASH(1, 1),
        /** All entries are there from the beginning, zeroed. */
        ARRAY(2, 0),
        /** Each CPU has its own value of each entry. */
        PER_CPU_ARRAY(6, 0);

        private final int number;
        private final int flags;

        Type(int number, int flags) {
            this.number = number;
            this.flags = flags;
        }

        int number() {
            return number;
        }

        int flags() {
            return flags;
        }
    }

    public static MapSpec hash(String name, int keySize, int valueSize, int maxEntries) {
        return new MapSpec(name, Type.HASH, keySize, valueSize, maxEntries);
    }

    public static MapSpec array(String name, int valueSize, int maxEntries) {
        return new MapSpec(name, Type.ARRAY, Integer.BYTES, valueSize, maxEntries);
    }

    public static MapSpec perCpuArray(String name, int valueSize, int maxEntries) {
        return new MapSpec(name, Type.PER_CPU_ARRAY, Integer.BYTES, valueSize, maxEntries);
    }

    /** Bytes that userspace reads or writes for one entry: those of a per-CPU array are one value per possible CPU, each padded to 8 bytes. */
    int transferSize() {
        return type == Type.PER_CPU_ARRAY ? PossibleCpus.COUNT * stride() : valueSize;
    }

    /** Bytes from one CPU's value to the next CPU's. */
    int stride() {
        return (valueSize + 7) & ~7;
    }
}
