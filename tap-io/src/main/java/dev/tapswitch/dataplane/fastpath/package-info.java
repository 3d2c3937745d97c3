/**
 * The kernel fast path: eBPF programs that forward unicast frames between known stations on veth ports. Learning and policy stay in userspace, and
 * the programs send there every frame that they can't decide on.
 */
package dev.tapswitch.dataplane.fastpath;
