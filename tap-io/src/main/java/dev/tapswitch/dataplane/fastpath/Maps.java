package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.MapReference;

/** The maps that the programs share with userspace, as programs refer to them. */
record Maps(MapReference stations, MapReference ports, MapReference counters, MapReference control) {}
