package dev.tapswitch.core.table;

/** What happened to an entry of a {@link MacTable}. */
public enum MacEvent {
    /** A worker learned a new dynamic entry. */
    LEARNED,
    /** A dynamic entry moved to another port. */
    MOVED,
    /** A static entry was added. */
    ADDED,
    /** A dynamic entry was removed because it was not refreshed within the ageing time. */
    AGED,
    /** A dynamic entry was removed to make space in a full table. */
    EVICTED,
    /** An entry was removed on request, or replaced by a static one, or was one of two that two workers learned at the same time. */
    REMOVED,
    /** An entry was removed together with others, of a port, of a VLAN or all. */
    FLUSHED,
    /** Changes were lost, or the feed is new: the reader must read the whole table. */
    RESYNC
}
