package dev.tapswitch.control.schema;

/** The type of the interface that a port creates. */
public enum PortKind {
    /** A TAP: all frames pass a worker. */
    TAP,
    /** A veth pair with the kernel fast path, and a TAP as its slow path. */
    VETH,
    /** {@link #VETH} where the kernel can do it, else {@link #TAP}. */
    AUTO
}
