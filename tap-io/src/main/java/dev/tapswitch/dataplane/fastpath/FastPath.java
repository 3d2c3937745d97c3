package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.ClsactFilter;
import dev.tapswitch.linux.bpf.ProgramMaps;
import dev.tapswitch.linux.bpf.TcxProgram;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The kernel fast path of all switches whose ports are in one network namespace: eBPF programs on the ports' interfaces, and the maps in which
 * userspace stores what the programs forward. Userspace makes all decisions. It adds a station after it has learned the station and has forwarded the
 * frame that it learned from, so that frames stay in order. It removes a station that expires or is flushed. The programs send every frame for which
 * the maps have no entry to userspace, through the port's TAP (the slow path).
 *
 * <p>Not thread-safe: must be called by one control thread at a time. Calls take some microseconds. Adding and removing ports takes longer and must
 * run on a thread in the ports' namespace. IPv6 must be disabled on host ends and TAPs; otherwise the kernel itself sends frames there, such as
 * router solicitations.
 */
public final class FastPath implements AutoCloseable {
    private final FastPathObjects objects;
    private final Map<Integer, PortMap.Value> ports = new HashMap<>();
    private final BitSet numbers = new BitSet();
    private final int maxPorts;
    private long heartbeat;

    private FastPath(FastPathObjects objects, int maxPorts) {
        this.objects = objects;
        this.maxPorts = maxPorts;
    }

    /**
     * Loads the programs. If the settings name a pin directory in which an earlier process has left maps, takes over these maps with their ports,
     * stations and counters. The earlier programs stay attached until {@link #add} replaces them port by port.
     */
    public static FastPath open(FastPathSettings settings) throws DeviceException {
        return open(settings, Map.of());
    }

    /**
     * Takes over the maps that the programs of an interface use, with their ports, stations and counters; creates new maps if it has no programs. The
     * earlier programs stay attached until {@link #add} replaces them port by port. Must run on a thread in the ports' namespace.
     *
     * @param hostEnd index of the interface
     * @throws DeviceException also if the maps have the layout of another version; the interface's programs then keep running
     */
    public static FastPath takeOver(FastPathSettings settings, int hostEnd) throws DeviceException {
        List<Integer> programs = new ArrayList<>(TcxProgram.attached(hostEnd));
        programs.addAll(ClsactFilter.attached(hostEnd));
        return open(settings, ProgramMaps.open(programs));
    }

    /** {@code inherited}: descriptors of maps, by the maps' names. This method takes ownership of them. */
    private static FastPath open(FastPathSettings settings, Map<String, Integer> inherited) throws DeviceException {
        FastPathObjects objects = FastPathObjects.open(settings, inherited);
        try {
            FastPath fastPath = new FastPath(objects, settings.maxPorts());
            fastPath.takeOver();
            return fastPath;
        } catch (DeviceException | RuntimeException e) {
            objects.close();
            throw e;
        }
    }

    private void takeOver() throws DeviceException {
        heartbeat = objects.control().heartbeat();
        objects.ports().forEach(entry -> {
            // In the entry of a TAP the maximum length is 0.
            if (entry.maxLength() == 0) return;
            ports.put(entry.ifindex(), entry);
            numbers.set(entry.number());
        });
    }

    /** All ports, including those that an earlier process added. */
    public List<FastPathPort> ports() {
        return ports.values().stream().map(FastPathPort::of).toList();
    }

    /**
     * Adds a port. If there is a port with this host end already, changes its flags, MTU and TAP and keeps its counters and stations. Takes about a
     * millisecond. If a program can't be attached, the port is removed.
     *
     * @throws DeviceException if an interface does not exist, or if the maps have no space for another port
     */
    public void add(FastPathPort port) throws DeviceException {
        PortMap.Value before = ports.get(port.hostEnd());
        requireSlots(port);
        if (before != null && before.out() != port.tap()) forget(before.out());
        int number = before == null ? freeNumber() : before.number();
        if (before == null) objects.counters().clear(number);
        // Read the port's own address and its last-seen time from the map, because the program updates the last-seen
        // time.
        PortMap.Value known =
                before == null ? PortMap.Value.FREE : objects.ports().slotOf(port.hostEnd());
        PortMap.Value entry = entry(port, number, known);
        objects.ports().put(entry);
        objects.ports()
                .put(new PortMap.Value(
                        port.tap(), port.hostEnd(), number, 0, port.switchId(), 0, PortMap.NO_ADDRESS, 0));
        ports.put(port.hostEnd(), entry);
        numbers.set(number);
        try {
            objects.attachments().attachToTap(objects.fromUserspace(), port.tap());
            objects.attachments().attach(objects.fromContainer(), port.hostEnd());
        } catch (DeviceException e) {
            removeQuietly(port.hostEnd(), e);
            throw e;
        }
    }

    /**
     * Changes the flags and the MTU of a port, effective from the next frame. Takes some microseconds and may run in any namespace.
     *
     * @throws IllegalArgumentException if there is no such port, or if its TAP or its switch is another one
     */
    public void change(FastPathPort port) throws DeviceException {
        PortMap.Value before = ports.get(port.hostEnd());
        if (before == null || before.out() != port.tap() || before.switchId() != port.switchId()) {
            throw new IllegalArgumentException("interface " + port.hostEnd() + " is no port with this TAP and switch");
        }
        PortMap.Value known = objects.ports().slotOf(port.hostEnd());
        PortMap.Value entry = entry(port, before.number(), known);
        objects.ports().put(entry);
        ports.put(port.hostEnd(), entry);
    }

    private static PortMap.Value entry(FastPathPort port, int number, PortMap.Value known) {
        return new PortMap.Value(
                port.hostEnd(),
                port.tap(),
                number,
                port.flags(),
                port.switchId(),
                port.maxLength(),
                known.ownAddress(),
                known.seen());
    }

    private void removeQuietly(int hostEnd, DeviceException reason) {
        try {
            remove(hostEnd);
        } catch (DeviceException e) {
            reason.addSuppressed(e);
        }
    }

    private void requireSlots(FastPathPort port) throws DeviceException {
        requireSlot(port.hostEnd());
        requireSlot(port.tap());
        if (PortMap.slot(port.hostEnd()) == PortMap.slot(port.tap())) throw slotTaken(port.tap(), port.hostEnd());
    }

    private void requireSlot(int ifindex) throws DeviceException {
        int other = objects.ports().slotOf(ifindex).ifindex();
        if (other != 0 && other != ifindex) throw slotTaken(ifindex, other);
    }

    private static DeviceException slotTaken(int ifindex, int other) {
        return new DeviceException("adding interface " + ifindex + " to the fast path: interface " + other
                + " has its slot; recreate one of them, so that it gets another index");
    }

    private int freeNumber() throws DeviceException {
        int number = numbers.nextClearBit(0);
        if (number >= maxPorts) throw new DeviceException("the fast path has its maximum of ports, " + maxPorts);
        return number;
    }

    /**
     * Removes a port and detaches its programs. From now on frames to stations on this port go to userspace; the caller must remove these stations.
     * Does nothing if there is no such port.
     */
    public void remove(int hostEnd) throws DeviceException {
        PortMap.Value port = ports.remove(hostEnd);
        if (port == null) return;
        numbers.clear(port.number());
        forget(hostEnd);
        forget(port.out());
    }

    private void forget(int ifindex) throws DeviceException {
        objects.attachments().detach(ifindex);
        if (objects.ports().slotOf(ifindex).ifindex() == ifindex)
            objects.ports().remove(ifindex);
    }

    /**
     * Adds a station, or replaces its entry. From now on the programs forward frames between this station and other known stations.
     *
     * @param hostEnd host end of the station's port, which must have been added
     * @param isFarEnd whether the MAC is that of the interface at the far end of the veth pair, not that of a station behind it, such as a nested
     *     container
     * @param isSlow whether all frames from and to the station go to userspace nevertheless
     * @param isBound whether the station is bound to its port, so that a frame from its MAC on another port does not make it slow
     */
    public void put(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow, boolean isBound)
            throws DeviceException {
        if (!ports.containsKey(hostEnd)) throw new IllegalArgumentException("interface " + hostEnd + " is no port");
        // The program accepts a port's own address without a lookup. So the old port must lose it before the station
        // gets an entry on another port.
        long seen = stampOf(key, hostEnd);
        disown(key);
        int flags = (isFarEnd ? Flag.PEER : 0) | (isSlow ? Flag.SLOW : 0) | (isBound ? Flag.BOUND : 0);
        objects.stations().put(key, new StationMap.Value(hostEnd, flags, seen));
        // A slow station is not stored as an own address, because its frames must be looked up to find the flag.
        if (isFarEnd && !isSlow && key.vlan() == 0) own(hostEnd, StationMap.address(key), seen);
    }

    /** As {@link #put(StationKey, int, boolean, boolean, boolean)}, for a station that may move. */
    public void put(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow) throws DeviceException {
        put(key, hostEnd, isFarEnd, isSlow, false);
    }

    /**
     * Whether all frames from and to this station go to userspace: it was added as slow, or a frame from its MAC has arrived on another port since.
     * False if there is no such station.
     */
    public boolean isSlow(StationKey key) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        return station.isPresent() && (station.get().flags() & Flag.SLOW) != 0;
    }

    /** Removes a station: from now on frames from and to it go to userspace. Returns whether there was such a station. */
    public boolean remove(StationKey key) throws DeviceException {
        disown(key);
        return objects.stations().remove(key);
    }

    private void own(int hostEnd, long address, long seen) throws DeviceException {
        objects.ports().put(objects.ports().slotOf(hostEnd).withOwnAddress(address, seen));
    }

    /** The last-seen time for a new entry. A station that is added again on the same port keeps its last-seen time. */
    private long stampOf(StationKey key, int hostEnd) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        boolean isThere = station.isPresent() && station.get().ifindex() == hostEnd;
        return isThere ? lastSeen(key).orElse(heartbeat) : heartbeat;
    }

    private void disown(StationKey key) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        if (station.isEmpty()) return;
        PortMap.Value port = objects.ports().slotOf(station.get().ifindex());
        if (isOwn(key, station.get(), port)) objects.ports().put(port.withOwnAddress(PortMap.NO_ADDRESS, 0));
    }

    private static boolean isOwn(StationKey key, StationMap.Value station, PortMap.Value port) {
        return port.ifindex() == station.ifindex() && port.ownAddress() == StationMap.address(key);
    }

    /**
     * The last-seen time of a station: the heartbeat that was current when the fast path last received a frame from it, or when it was added.
     * Nanoseconds as in {@link #beat}; empty if there is no such station.
     */
    public OptionalLong lastSeen(StationKey key) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        if (station.isEmpty()) return OptionalLong.empty();
        PortMap.Value port = objects.ports().slotOf(station.get().ifindex());
        long seen = station.get().seen();
        return OptionalLong.of(isOwn(key, station.get(), port) ? Math.max(seen, port.seen()) : seen);
    }

    /** A station as it is stored in the kernel's map. */
    public record Station(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow) {}

    /** Visits all stations, including those that an earlier process added. */
    public void forEachStation(Consumer<Station> visitor) throws DeviceException {
        objects.stations()
                .forEach((key, value) -> visitor.accept(new Station(
                        key, value.ifindex(), (value.flags() & Flag.PEER) != 0, (value.flags() & Flag.SLOW) != 0)));
    }

    /** The counters of a port. Throws IllegalArgumentException if there is no such port. */
    public FastPathCounters counters(int hostEnd) throws DeviceException {
        PortMap.Value port = ports.get(hostEnd);
        if (port == null) throw new IllegalArgumentException("interface " + hostEnd + " is no port");
        return objects.counters().read(port.number());
    }

    /**
     * Must be called once a second. After 3 s without a heartbeat the programs assume that userspace is not running, and forward unicast ARP and
     * Neighbour Discovery between known stations like other frames.
     *
     * @param nanos System.nanoTime(), which is the kernel's CLOCK_MONOTONIC
     */
    public void beat(long nanos) throws DeviceException {
        objects.control().setHeartbeat(nanos);
        heartbeat = nanos;
    }

    /** The time of the last {@link #beat}, possibly by an earlier process, nanoseconds. It is the last-seen time of stations that are added now. */
    public long heartbeat() {
        return heartbeat;
    }

    /** Listings of the programs in the notation of the kernel's verifier, by program name. */
    public Map<String, String> listings() {
        return objects.listings();
    }

    /**
     * Closes this process's descriptors. With pins, the programs keep forwarding known traffic. Without pins, tcx links are detached; attachments of
     * the kinds TCX_DEVICE and CLSACT stay until {@link #unpin} or until their interface is deleted. A second call does nothing.
     */
    @Override
    public void close() {
        objects.close();
    }

    /** Removes all ports, deletes the pins and closes. Must run on a thread in the ports' namespace. */
    public void unpin() throws DeviceException {
        for (int hostEnd : List.copyOf(ports.keySet())) remove(hostEnd);
        objects.unpin();
        objects.close();
    }
}
