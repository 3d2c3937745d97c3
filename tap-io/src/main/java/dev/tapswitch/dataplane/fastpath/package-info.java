/**
 * The kernel fast path: eBPF programs that forward known unicast frames between veth ports as userspace has decided. Learning and policy stay in userspace;
 * whatever is in doubt goes there.
 */
package dev.tapswitch.dataplane.fastpath;
