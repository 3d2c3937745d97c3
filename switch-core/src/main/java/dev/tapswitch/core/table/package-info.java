/**
 * What the switch remembers: the MAC table and the neighbour table, lock-free for any number of workers, bounded in size, ageing without stopping
 * anyone. Frames and decisions must never enter: keys and values are primitives.
 */
package dev.tapswitch.core.table;
