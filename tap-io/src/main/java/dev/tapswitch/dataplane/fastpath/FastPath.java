package dev.tapswitch.dataplane.fastpath;

import dev.tapswitch.linux.bpf.TcxProgram;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The kernel fast path of all switches whose ports are in one network namespace: programs on the ports' interfaces, and the maps by which userspace tells them what to
 * forward. Userspace decides. It puts a station after it has learned it and has forwarded the frame that it learned it from, so that frames keep their order. It
 * removes a station that ages or is flushed. Frames that no entry covers go to userspace by the port's TAP.
 *
 * <p>Not thread-safe: for one control thread. Calls take some microseconds; adding and removing ports take longer and must run on a thread in the ports' namespace.
 * IPv6 must be off on host ends and TAPs: otherwise the kernel speaks on them.
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
     * Loads the programs. With a directory of pins, it takes over the maps that an earlier process has left there, with their ports, stations and counters. The
     * earlier programs run until {@link #add} replaces them port by port.
     */
    public static FastPath open(FastPathSettings settings) throws DeviceException {
        return open(settings, Map.of());
    }

    /**
     * Takes over the maps that the programs of an interface use, with their ports, stations and counters; creates new maps if it has no programs. The earlier programs
     * run until {@link #add} replaces them port by port. Must run on a thread in the ports' namespace.
     *
     * @throws DeviceException also if the maps are of another version's layout; the interface's programs then go on
     */
    public static FastPath takeOver(FastPathSettings settings, int hostEnd) throws DeviceException {
        return open(settings, TcxProgram.maps(hostEnd));
    }

    /** {@code inherited}: descriptors of maps by name, which are this method's. */
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
            // A TAP's entry has no length.
            if (entry.maxLength() == 0) return;
            ports.put(entry.ifindex(), entry);
            numbers.set(entry.number());
        });
    }

    /** The ports that there are, also those that an earlier process added. */
    public List<FastPathPort> ports() {
        return ports.values().stream().map(FastPathPort::of).toList();
    }

    /**
     * Adds a port, or changes the one that has this host end: flags, MTU and TAP. A changed port keeps its counters and stations. About a millisecond. If this
     * fails, there is no such port.
     *
     * @throws DeviceException where an interface does not exist, or the maps have no place for another port
     */
    public void add(FastPathPort port) throws DeviceException {
        PortMap.Value before = ports.get(port.hostEnd());
        requireSlots(port);
        if (before != null && before.out() != port.tap()) forget(before.out());
        int number = before == null ? freeNumber() : before.number();
        if (before == null) objects.counters().clear(number);
        // The own address and its stamp are the kernel's and ours: read again, as the program writes the stamp.
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
            objects.attachments().attach(objects.fromUserspace(), port.tap());
            objects.attachments().attach(objects.fromContainer(), port.hostEnd());
        } catch (DeviceException e) {
            removeQuietly(port.hostEnd(), e);
            throw e;
        }
    }

    /**
     * Changes flags and MTU of a port; takes effect with the next frame. Some microseconds, on any thread.
     *
     * @throws IllegalArgumentException where there is no such port, or the TAP is another one
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
        if (number >= maxPorts) throw new DeviceException("the fast path has its most ports, " + maxPorts);
        return number;
    }

    /** Detaches the programs. Frames to stations behind the port go slow from now on; the caller removes those stations. If there is no such port, this does nothing. */
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
     * From now on frames between this station and others go fast. An earlier entry of the station is replaced.
     *
     * @param hostEnd of the port that the station is behind; an added one
     * @param isFarEnd whether the MAC is that of the interface at the far end of the veth pair, not of something behind it
     * @param isSlow whether its frames go to userspace nevertheless
     * @param isBound whether userspace will not let it move: a frame of it on another port does not make it slow
     */
    public void put(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow, boolean isBound)
            throws DeviceException {
        if (!ports.containsKey(hostEnd)) throw new IllegalArgumentException("interface " + hostEnd + " is no port");
        // An own address is trusted without a lookup: before the station is anywhere else, it is no port's own any
        // more.
        long seen = stampOf(key, hostEnd);
        disown(key);
        int flags = (isFarEnd ? Flag.PEER : 0) | (isSlow ? Flag.SLOW : 0) | (isBound ? Flag.BOUND : 0);
        objects.stations().put(key, new StationMap.Value(hostEnd, flags, seen));
        // Frames of a slow station must be looked up.
        if (isFarEnd && !isSlow && key.vlan() == 0) own(hostEnd, StationMap.address(key), seen);
    }

    /** As {@link #put(StationKey, int, boolean, boolean, boolean)}, for a station that may move. */
    public void put(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow) throws DeviceException {
        put(key, hostEnd, isFarEnd, isSlow, false);
    }

    /** Whether frames to this station go to userspace: it was put so, or a frame of it came in by another port since. False where there is no such station. */
    public boolean isSlow(StationKey key) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        return station.isPresent() && (station.get().flags() & Flag.SLOW) != 0;
    }

    /** From now on frames from and to this station go to userspace; whether there was one. */
    public boolean remove(StationKey key) throws DeviceException {
        disown(key);
        return objects.stations().remove(key);
    }

    private void own(int hostEnd, long address, long seen) throws DeviceException {
        objects.ports().put(objects.ports().slotOf(hostEnd).withOwnAddress(address, seen));
    }

    /** A station that is put again where it is does not become younger. */
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

    /** The heartbeat during which the station's last frame went fast, or the one at which it was put; empty where it is none. */
    public OptionalLong lastSeen(StationKey key) throws DeviceException {
        Optional<StationMap.Value> station = objects.stations().get(key);
        if (station.isEmpty()) return OptionalLong.empty();
        PortMap.Value port = objects.ports().slotOf(station.get().ifindex());
        long seen = station.get().seen();
        return OptionalLong.of(isOwn(key, station.get(), port) ? Math.max(seen, port.seen()) : seen);
    }

    /** A station as it is in the kernel. */
    public record Station(StationKey key, int hostEnd, boolean isFarEnd, boolean isSlow) {}

    /** All stations, also those that an earlier process put. */
    public void forEachStation(Consumer<Station> visitor) throws DeviceException {
        objects.stations()
                .forEach((key, value) -> visitor.accept(new Station(
                        key, value.ifindex(), (value.flags() & Flag.PEER) != 0, (value.flags() & Flag.SLOW) != 0)));
    }

    /** What was counted of a port; IllegalArgumentException where it is none. */
    public FastPathCounters counters(int hostEnd) throws DeviceException {
        PortMap.Value port = ports.get(hostEnd);
        if (port == null) throw new IllegalArgumentException("interface " + hostEnd + " is no port");
        return objects.counters().read(port.number());
    }

    /**
     * To be called once a second. When there was no heartbeat for 3 s, ARP and Neighbour Discovery for known stations take the fast path, as nobody answers in userspace.
     *
     * @param nanos System.nanoTime(), which is the kernel's CLOCK_MONOTONIC
     */
    public void beat(long nanos) throws DeviceException {
        objects.control().setHeartbeat(nanos);
        heartbeat = nanos;
    }

    /** The last {@link #beat}, perhaps of an earlier process: stations are stamped with it. */
    public long heartbeat() {
        return heartbeat;
    }

    /** The programs in the kernel's notation, by name. */
    public Map<String, String> listings() {
        return objects.listings();
    }

    /**
     * Closes this process's descriptors. With pins, the programs go on forwarding known traffic. Without pins, tcx links are detached; clsact filters stay until
     * {@link #unpin} or until their interface is deleted. A second call does nothing.
     */
    @Override
    public void close() {
        objects.close();
    }

    /** Detaches everything, deletes the pins and closes. Must run on a thread in the ports' namespace. */
    public void unpin() throws DeviceException {
        for (int hostEnd : List.copyOf(ports.keySet())) remove(hostEnd);
        objects.unpin();
        objects.close();
    }
}
