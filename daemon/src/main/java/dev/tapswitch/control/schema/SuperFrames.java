package dev.tapswitch.control.schema;

/** The setting {@code super-frames} of a port: how large the super-frames may be that TCP over IPv4 builds for its interface. */
public enum SuperFrames {
    /** {@link #LARGE} if the kernel forwards for all ports of the switch, and {@link #STANDARD} otherwise. */
    AUTO,
    /** 64 KiB, as on any other interface. */
    STANDARD,
    /** 256 KiB (BIG TCP), if the interface is a veth pair. */
    LARGE
}
