package dev.tapswitch.linux.bpf;

/**
 * The type and the sizes of a map.
 *
 * @param name letters, digits and '_'; the kernel keeps 15 of them
 * @param keySize bytes; 4 for arrays, whose keys are indexes
 * @param valueSize bytes, per CPU for a per-CPU array
 */
public record MapSpec(String name, Type type, int keySize, int valueSize, int maxEntries) {
    /** enum bpf_map_type, and the flags with which we create such maps (include/uapi/linux/bpf.h). */
    public enum Type {
        /** The kernel allocates an entry when it is added (BPF_F_NO_PREALLOC). Our programs add none; only userspace does. */
        HASH(1, 1),
        /** All entries exist from the beginning, zeroed. */
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

    /** The number of bytes that userspace reads or writes for one entry. For a per-CPU array this is one value per possible CPU, each padded to 8 bytes. */
    int transferSize() {
        return type == Type.PER_CPU_ARRAY ? PossibleCpus.COUNT * stride() : valueSize;
    }

    /** The distance between the values of two CPUs in an entry of a per-CPU array, bytes. */
    int stride() {
        return (valueSize + 7) & ~7;
    }
}
