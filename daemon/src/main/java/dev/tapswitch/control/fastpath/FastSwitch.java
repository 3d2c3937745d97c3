package dev.tapswitch.control.fastpath;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSettings;
import dev.tapswitch.core.table.MacTable;
import dev.tapswitch.dataplane.fastpath.FastPath.Station;
import dev.tapswitch.dataplane.fastpath.FastPathCounters;
import dev.tapswitch.dataplane.fastpath.FastPathPort;
import dev.tapswitch.dataplane.fastpath.StationKey;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.veth.VethPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/** The fast path of one switch: its veth ports and their stations. Not thread-safe: {@link KernelFastPath} guards it. */
final class FastSwitch {
    static final FastPathCounters ZERO = new FastPathCounters(0, 0, 0, 0, 0);

    private final LearningSwitch owner;
    private final int id;
    private final SwitchKernel kernel;
    private final StationBudget budget;
    private final StationProjection stations;
    /** The ports with attached programs, by port index. */
    private final Map<Integer, FastPort> ports = new HashMap<>();
    /** The kernel's counts from before a port lost its device, by port index. */
    private final Map<Integer, FastPathCounters> earlier = new HashMap<>();

    private IntPredicate traced = index -> false;

    /** {@code id}: identifies the switch in the kernel's maps; no other switch has it. {@code wake}: wakes the follower thread; runs on workers. */
    FastSwitch(LearningSwitch owner, int id, SwitchKernel kernel, StationBudget budget, Runnable wake) {
        this.owner = owner;
        this.id = id;
        this.kernel = kernel;
        this.budget = budget;
        this.stations = new StationProjection(owner, id, kernel.fastPath(), budget, ports, wake);
    }

    StationProjection stations() {
        return stations;
    }

    Set<Integer> ports() {
        return Set.copyOf(ports.keySet());
    }

    int id() {
        return id;
    }

    /** Attaches the programs to a port. If that fails, the port carries no frames. */
    void attach(int index, VethPort device) throws DeviceException {
        List<Station> inherited = kernel.takeInherited(device.hostEnd());
        // Stations of an earlier process stay fast although it is not known yet whether the port is up.
        boolean isSlow = inherited.isEmpty() || isSlowWhileUp(index);
        FastPathPort settings = settings(index, device, isSlow);
        kernel.add(settings);
        FastPort port = new FastPort(index, device, settings);
        ports.put(index, port);
        budget.portAdded();
        for (Station station : inherited) learn(station, port);
        stations.portAdded();
    }

    /** Adds a station of an earlier process to the MAC table, with the age that it had. If the table refuses it, removes it from the kernel. */
    private void learn(Station station, FastPort port) throws DeviceException {
        StationKey key = station.key();
        SwitchSettings settings = owner.snapshot().settings();
        MacTable table = owner.macTable();
        long nowMs = System.nanoTime() / 1_000_000;
        long ageingMs = settings.ageingMs();
        if (key.switchId() == id) {
            int limit = owner.snapshot().port(port.index()).learningLimit();
            table.learn(key.mac(), key.vlan(), port.index(), limit, nowMs - kernel.silentMs(station), ageingMs);
        }
        boolean isHere = table.lookup(key.mac(), key.vlan(), nowMs, ageingMs) == port.index();
        if (key.switchId() != id || !isHere) kernel.fastPath().remove(key);
    }

    void detach(int index) {
        FastPort port = ports.remove(index);
        if (port == null) return;
        earlier.put(index, counters(index, port));
        stations.portRemoved(port);
        kernel.remove(port.hostEnd());
        budget.portRemoved();
    }

    /** Forgets the counts of a removed port. Must be called before another port gets its index. */
    void forget(int index) {
        earlier.remove(index);
    }

    /** Brings the kernel up to date with a port's settings and state. */
    void update(int index) throws DeviceException {
        FastPort port = ports.get(index);
        if (port == null) return;
        FastPathPort wanted = settings(index, port.device(), isSlow(index));
        if (wanted.equals(port.settings())) return;
        kernel.fastPath().change(wanted);
        port.settings(wanted);
    }

    /** Sets which ports are traced: from now on all frames from and to them go to userspace. Replaces the previous choice. */
    void trace(IntPredicate indexes) throws DeviceException {
        traced = indexes;
        for (int index : List.copyOf(ports.keySet())) update(index);
    }

    private FastPathPort settings(int index, VethPort device, boolean isSlow) {
        PortSettings port = owner.snapshot().port(index);
        return new FastPathPort(id, device.hostEnd(), device.slowPath(), port.mtu(), true, isSlow, port.isolated());
    }

    private boolean isSlow(int index) {
        return !whySlow(index).isEmpty();
    }

    private boolean isSlowWhileUp(int index) {
        return !whySlowWhileUp(index).isEmpty();
    }

    /** Why all frames of a port must go to userspace; empty if they need not. */
    private String whySlow(int index) {
        return owner.isPortUp(index) ? whySlowWhileUp(index) : "the port is down";
    }

    private String whySlowWhileUp(int index) {
        // Frames to such a port must be segmented and their checksums completed, which only userspace does.
        if (!owner.snapshot().port(index).offload()) return "the port has no offload";
        return traced.test(index) ? "the port is traced" : "";
    }

    Optional<PortShare> share(int index) {
        FastPort port = ports.get(index);
        if (port == null) return Optional.empty();
        return Optional.of(new PortShare(counters(index, port), port.stations(), whySlow(index)));
    }

    /** The kernel's counts of a port, including those from before it lost its device. */
    FastPathCounters counters(int index) {
        return counters(index, ports.get(index));
    }

    private FastPathCounters counters(int index, FastPort port) {
        FastPathCounters before = earlier.getOrDefault(index, ZERO);
        if (port == null) return before;
        try {
            FastPathCounters now = kernel.fastPath().counters(port.hostEnd());
            return new FastPathCounters(
                    before.rxFrames() + now.rxFrames(),
                    before.rxBytes() + now.rxBytes(),
                    before.txFrames() + now.txFrames(),
                    before.txBytes() + now.txBytes(),
                    before.slowFrames() + now.slowFrames());
        } catch (DeviceException e) {
            return before;
        }
    }

    /** Removes the switch's ports and stations from the kernel. */
    void remove() {
        for (int index : List.copyOf(ports.keySet())) detach(index);
        stations.close();
    }
}
