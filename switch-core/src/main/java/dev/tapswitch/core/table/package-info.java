/**
 * The MAC table and the neighbour table: bounded in size; workers never wait for a lock or for ageing. Keys and values are primitives; frames and
 * decisions must never enter.
 *
 * <p>Other parts of the system follow the MAC table through a {@link dev.tapswitch.core.table.MacFeed}. A reader has a dedicated thread:
 *
 * <pre>{@code
 * Thread reader = Thread.currentThread();
 * try (MacFeed feed = table.subscribe(4_096, () -> LockSupport.unpark(reader))) {
 *     while (isRunning) {
 *         for (MacChange change = feed.poll(); change != null; change = feed.poll()) {
 *             if (change.event() == MacEvent.RESYNC) replaceAllByAWalk(table);
 *             else if (change.isPresent()) put(change.mac(), change.vlan(), change.port());
 *             else remove(change.mac(), change.vlan());
 *         }
 *         if (feed.arm()) LockSupport.park();
 *     }
 * }
 * }</pre>
 *
 * <p>A new feed starts with RESYNC, so there is no separate first step. A reader that can't keep up receives one RESYNC for everything that was lost;
 * if reading the whole table is expensive, it should pause before it polls again. The state in a change ({@code port}, {@code isStatic}) is that of
 * the moment when the reader takes it, and includes entries that are past the ageing time and not yet removed.
 */
package dev.tapswitch.core.table;
